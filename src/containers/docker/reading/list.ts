import {z} from 'zod';
import type {EngineObject} from '../../container-runtime.ts';
import {ContainerRow, NetworkRow, VolumeList} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {labelFilter, readLabels, type Labels} from '../labels.ts';
import {observeRow} from './read-container.ts';

/** Every object of the installation or of one workspace. */
export const listObjects = async (
	engine: Engine,
	workspaceId: string | undefined,
	signal: AbortSignal,
): Promise<EngineObject[]> => {
	const query = {all: true, filters: labelFilter(engine, workspaceId)};
	const [containers, networks, volumes] = await Promise.all([
		engine.ask({method: 'GET', path: '/containers/json', query}, z.array(ContainerRow), signal),
		engine.ask({method: 'GET', path: '/networks', query: {filters: query.filters}}, z.array(NetworkRow), signal),
		engine.ask({method: 'GET', path: '/volumes', query: {filters: query.filters}}, VolumeList, signal),
	]);
	const owned = <T extends {Labels?: Labels | null | undefined}>(
		rows: T[],
		read: (row: T, generation: number | null) => Row,
	) =>
		rows.flatMap(row => {
			const belongs = readLabels(engine, row.Labels);
			return belongs ? [{workspaceId: belongs.workspaceId, ...read(row, belongs.generation)}] : [];
		});
	return [
		...owned(containers, (row, generation) => ({
			type: 'container',
			id: row.Id,
			name: (row.Names?.[0] ?? row.Id).replace(/^\//, ''),
			generation,
			observation: observeRow(row, generation),
			createdAt: new Date(row.Created * 1000),
		})),
		...owned(networks, row => ({
			...plain,
			type: 'network',
			id: row.Id,
			name: row.Name,
			createdAt: new Date(row.Created),
		})),
		...owned(volumes.Volumes ?? [], row => ({
			...plain,
			type: 'volume',
			id: row.Name,
			name: row.Name,
			createdAt: new Date(row.CreatedAt ?? 0),
		})),
	];
};

type Row = Omit<EngineObject, 'workspaceId'>;

const plain = {generation: null, observation: null};
