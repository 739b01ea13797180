import {z} from 'zod';
import {AppError} from '../../../errors.ts';
import type {GenerationRef, Observation} from '../../container-runtime.ts';
import {ContainerDetail, ContainerRow} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {hasCode} from '../failures.ts';
import {labelFilter, readLabels} from '../labels.ts';
import {containerName} from '../names.ts';
import {isLive, observeDetail} from './read-container.ts';

export interface FoundContainer {
	id: string;
	workspaceId: string;
	generation: number;
	/** It has processes. */
	live: boolean;
	/** Names of the networks that it is on, or will be when it starts. */
	networks: string[];
}

/** Every container of a workspace, found by label, the newest generation first. */
export const findContainers = async (
	engine: Engine,
	workspaceId: string,
	signal: AbortSignal,
	only: {running?: boolean} = {},
): Promise<FoundContainer[]> => {
	const filters = {...labelFilter(engine, workspaceId), ...(only.running && {status: ['running', 'paused']})};
	const query = {all: true, filters};
	const rows = await engine.ask({method: 'GET', path: '/containers/json', query}, z.array(ContainerRow), signal);
	return rows.flatMap(row => found(engine, row, row.State) ?? []).sort((a, b) => b.generation - a.generation);
};

/** The container that runs. Rejects with CONTAINER_NOT_FOUND. */
export const findRunning = async (
	engine: Engine,
	workspaceId: string,
	signal: AbortSignal,
): Promise<FoundContainer> => {
	const [newest] = await findContainers(engine, workspaceId, signal, {running: true});
	if (!newest) throw new AppError('CONTAINER_NOT_FOUND', {workspaceId});
	return newest;
};

/** The container of one generation, or null. Rejects with NAME_TAKEN_BY_STRANGER when its name belongs to somebody else. */
export const inspectGeneration = async (
	engine: Engine,
	object: GenerationRef,
	signal: AbortSignal,
): Promise<(FoundContainer & {observation: Observation}) | null> => {
	const name = containerName(object.workspaceId, object.generation);
	const detail = await inspectContainer(engine, name, signal);
	if (!detail) return null;
	const container = found(engine, {...detail, Labels: detail.Config.Labels}, detail.State.Status);
	if (container?.workspaceId !== object.workspaceId || container.generation !== object.generation) {
		throw new AppError('NAME_TAKEN_BY_STRANGER', {name});
	}
	return {...container, observation: observeDetail(detail, object.generation)};
};

/** What the engine says of one container, or null when it has none. */
export const inspectContainer = async (
	engine: Engine,
	idOrName: string,
	signal: AbortSignal,
): Promise<ContainerDetail | null> => {
	try {
		return await engine.ask({method: 'GET', path: `/containers/${idOrName}/json`}, ContainerDetail, signal);
	} catch (error) {
		if (hasCode(error, 'CONTAINER_NOT_FOUND')) return null;
		throw error;
	}
};

const found = (
	engine: Engine,
	{Id, Labels, NetworkSettings}: Pick<ContainerRow, 'Id' | 'Labels' | 'NetworkSettings'>,
	state: string,
): FoundContainer | null => {
	const belongs = readLabels(engine, Labels);
	if (!belongs || belongs.generation === null) return null;
	const {workspaceId, generation} = belongs;
	return {id: Id, workspaceId, generation, live: isLive(state), networks: Object.keys(NetworkSettings?.Networks ?? {})};
};
