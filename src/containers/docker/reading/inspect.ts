import type {Observation} from '../../container-runtime.ts';
import type {Engine} from '../engine.ts';
import {findContainers, inspectContainer} from './find-containers.ts';
import {observeDetail} from './read-container.ts';

const absent: Observation = {state: 'absent', generation: null, exitCode: null, reason: null, startedAt: null};

/** What the engine says of the workspace's newest container. */
export const inspectWorkspace = async (
	engine: Engine,
	workspaceId: string,
	signal: AbortSignal,
): Promise<Observation> => {
	for (const {id, generation} of await findContainers(engine, workspaceId, signal)) {
		const detail = await inspectContainer(engine, id, signal);
		// Null: removed between the two questions; then the next one is the newest.
		if (detail) return observeDetail(detail, generation);
	}
	return absent;
};
