import {AppError} from '../../../errors.ts';
import type {RuntimeStep, StepContext, WorkspaceSpec} from '../../container-runtime.ts';
import {Created} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {hasCode} from '../failures.ts';
import {containerName, networkName} from '../names.ts';
import {findContainers, inspectGeneration, type FoundContainer} from '../reading/find-containers.ts';
import {containerConfig} from './container-config.ts';
import {removeContainer, removeGeneration} from './remove-containers.ts';
import {runAlone} from './start-container.ts';
import {requireVolumes} from './volume-step.ts';

/** The container of one generation. Older ones are stopped, not removed: a rebuild that fails starts them again. */
export const containerStep = (engine: Engine): RuntimeStep => ({
	name: 'container',
	keepsFiles: false,
	makesGeneration: true,
	async apply(spec, context) {
		try {
			await createAndStart(engine, spec, context);
		} catch (error) {
			if (!hasCode(error, 'ENGINE_REFUSED') || error.params.limit !== 'openFiles') throw error;
			// Also when this process knows already: the container may be one that another made before it died.
			engine.openFiles = null;
			await removeGeneration(engine, spec, context);
			await createAndStart(engine, spec, context);
		}
	},
	revert: (object, context) => removeGeneration(engine, object, context),
});

const createAndStart = async (engine: Engine, spec: WorkspaceSpec, context: StepContext): Promise<void> => {
	// Side by side, because on a new workspace the list is empty and need not be waited for.
	const [made, listed] = await Promise.allSettled([
		create(engine, spec, context),
		findContainers(engine, spec.workspaceId, context.signal),
	]);
	if (listed.status === 'rejected') throw listed.reason;
	const own =
		made.status === 'fulfilled'
			? made.value
			: (listed.value.find(container => container.generation === spec.generation) ??
				(await adopt(engine, spec, made.reason, context.signal)));
	try {
		await runAlone(engine, own, listed.value, context);
	} catch (error) {
		// A worker that comes late must leave nothing behind: nobody will revert a generation that was passed over.
		if (made.status === 'fulfilled' && hasCode(error, 'STALE_GENERATION'))
			await removeContainer(engine, own.id, context);
		throw error;
	}
};

const create = async (engine: Engine, spec: WorkspaceSpec, context: StepContext): Promise<FoundContainer> => {
	await requireVolumes(engine, spec.workspaceId, context.signal);
	const query = {name: containerName(spec.workspaceId, spec.generation)};
	const body = containerConfig(engine, spec, engine.openFiles);
	const {Id} = await engine.askSlowly({method: 'POST', path: '/containers/create', query, body}, Created, context);
	return {
		id: Id,
		workspaceId: spec.workspaceId,
		generation: spec.generation,
		live: false,
		networks: [networkName(spec.workspaceId)],
	};
};

/** The name is taken, or the answer to an earlier create was lost: ours and of this generation, or a stranger's. */
const adopt = async (engine: Engine, spec: WorkspaceSpec, refusal: unknown, signal: AbortSignal) => {
	if (!hasCode(refusal, 'NAME_TAKEN_BY_STRANGER')) throw refusal;
	const own = await inspectGeneration(engine, spec, signal);
	if (!own) throw new AppError('ENGINE_ERROR', {message: 'the container of this name was just removed'});
	return own;
};
