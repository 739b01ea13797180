import {AppError} from '../../../errors.ts';
import type {RuntimeStep, StepContext} from '../../container-runtime.ts';
import {Nothing, VolumeList, VolumeRow} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {labelFilter, labelsFor, readLabels} from '../labels.ts';
import {volumeName, volumeUses, type VolumeUse} from '../names.ts';
import {findContainers} from '../reading/find-containers.ts';
import {removeContainer} from './remove-containers.ts';

/** The two volumes that hold people's files. */
export const volumeStep = (engine: Engine): RuntimeStep => ({
	name: 'volume',
	keepsFiles: true,
	makesGeneration: false,
	async apply({workspaceId}, context) {
		const uses = Object.keys(volumeUses) as VolumeUse[];
		await Promise.all(uses.map(use => ensureVolume(engine, workspaceId, use, context)));
	},
	async revert({workspaceId}, context) {
		// What no longer runs still holds its volumes; what runs keeps them, and the removal fails.
		for (const container of await findContainers(engine, workspaceId, context.signal)) {
			if (!container.live) await removeContainer(engine, container.id, context);
		}
		const query = {filters: labelFilter(engine, workspaceId)};
		const {Volumes: ours} = await engine.ask({method: 'GET', path: '/volumes', query}, VolumeList, context.signal);
		for (const {Name} of ours ?? []) {
			await engine.askSlowly({method: 'DELETE', path: `/volumes/${Name}`, alsoFine: [404]}, Nothing, context);
		}
	},
});

/** The engine would make a volume that is gone anew, and empty, without a word. Rejects with FILES_MISSING. */
export const requireVolumes = async (engine: Engine, workspaceId: string, signal: AbortSignal): Promise<void> => {
	const query = {filters: labelFilter(engine, workspaceId)};
	const {Volumes} = await engine.ask({method: 'GET', path: '/volumes', query}, VolumeList, signal);
	const there = new Set(Volumes?.map(volume => volume.Name));
	const missing = (Object.keys(volumeUses) as VolumeUse[]).filter(use => !there.has(volumeName(workspaceId, use)));
	if (missing.length > 0) throw new AppError('FILES_MISSING', {volumes: missing.join(', ')});
};

const ensureVolume = async (engine: Engine, workspaceId: string, use: VolumeUse, context: StepContext) => {
	const Name = volumeName(workspaceId, use);
	const body = {Name, Driver: 'local', Labels: labelsFor(engine, workspaceId)};
	// The engine answers with the volume of that name, be it new or old.
	const volume = await engine.askSlowly({method: 'POST', path: '/volumes/create', body}, VolumeRow, context);
	if (readLabels(engine, volume.Labels)?.workspaceId !== workspaceId) {
		throw new AppError('NAME_TAKEN_BY_STRANGER', {name: Name});
	}
};
