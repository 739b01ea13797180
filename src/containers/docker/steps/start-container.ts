import {AppError} from '../../../errors.ts';
import type {GenerationRef, StepContext} from '../../container-runtime.ts';
import {Nothing} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {hasCode} from '../failures.ts';
import {networkName} from '../names.ts';
import {pause} from '../pause.ts';
import {findContainers, type FoundContainer} from '../reading/find-containers.ts';
import {attach, detach} from './attachment.ts';
import {ensureNetwork} from './ensure-network.ts';
import {stopContainer} from './stop-container.ts';

/** Starts what is there of a generation. Rejects with CONTAINER_NOT_FOUND, STALE_GENERATION. */
export const startGeneration = async (engine: Engine, object: GenerationRef, context: StepContext): Promise<void> => {
	const present = await findContainers(engine, object.workspaceId, context.signal);
	const own = present.find(container => container.generation === object.generation);
	if (!own) throw new AppError('CONTAINER_NOT_FOUND', {generation: object.generation});
	await runAlone(engine, own, present, context);
};

const attempts = 5;

/**
 * Makes `own` the one container of its workspace that runs; `present` is what the workspace had a moment ago. Rejects with
 * STALE_GENERATION when a newer one exists.
 */
export const runAlone = async (
	engine: Engine,
	own: FoundContainer,
	present: FoundContainer[],
	context: StepContext,
): Promise<void> => {
	for (let attempt = 1; ; attempt++) {
		await makeRoom(engine, own, present, context);
		if (own.live) return;
		try {
			return await start(engine, own, context);
		} catch (error) {
			// The network has one address to give: another container of the workspace took it since, or is just ending.
			if (!hasCode(error, 'ADDRESS_POOL_EXHAUSTED') || attempt === attempts) throw error;
			await pause(attempt * 50, context.signal);
			present = await findContainers(engine, own.workspaceId, context.signal);
		}
	}
};

const makeRoom = async (engine: Engine, own: FoundContainer, present: FoundContainer[], context: StepContext) => {
	const newest = present[0]?.generation ?? own.generation;
	if (newest > own.generation) throw new AppError('STALE_GENERATION', {generation: own.generation, newest});
	for (const older of present) {
		if (older.generation < own.generation && older.live) await stopContainer(engine, older, null, context);
	}
};

const start = async (engine: Engine, own: FoundContainer, context: StepContext) => {
	const network = networkName(own.workspaceId);
	const request = {method: 'POST', path: `/containers/${own.id}/start`, alsoFine: [304]} as const;
	try {
		if (!own.networks.includes(network)) await attach(engine, network, own.id, context.signal);
		await engine.askSlowly(request, Nothing, context);
	} catch (error) {
		if (!hasCode(error, 'NETWORK_NOT_FOUND')) throw error;
		// The network was removed, perhaps made anew: the container still holds the id of the old one.
		await ensureNetwork(engine, own.workspaceId, context);
		await detach(engine, network, own.id, context.signal);
		await attach(engine, network, own.id, context.signal);
		await engine.askSlowly(request, Nothing, context);
	}
};
