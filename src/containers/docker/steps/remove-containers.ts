import type {GenerationRef, StepContext} from '../../container-runtime.ts';
import {Nothing} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {createBackoff} from '../pause.ts';
import {findContainers, type FoundContainer} from '../reading/find-containers.ts';

/** Removes the container of that generation, running or not. */
export const removeGeneration = (engine: Engine, object: GenerationRef, context: StepContext): Promise<void> =>
	removeWhere(engine, object, context, container => container.generation === object.generation);

/** Removes the containers that are older than the generation. */
export const discardOlder = (engine: Engine, object: GenerationRef, context: StepContext): Promise<void> =>
	removeWhere(engine, object, context, container => container.generation < object.generation);

const removeWhere = async (
	engine: Engine,
	{workspaceId}: GenerationRef,
	context: StepContext,
	matches: (container: FoundContainer) => boolean,
): Promise<void> => {
	const present = await findContainers(engine, workspaceId, context.signal);
	await Promise.all(present.filter(matches).map(container => removeContainer(engine, container.id, context)));
};

const removing = 409;
const gone = 404;

/** Kills and removes a container with its unnamed volumes, and returns when it is gone. The named ones hold files and stay. */
export const removeContainer = async (engine: Engine, id: string, context: StepContext): Promise<void> => {
	const path = `/containers/${id}`;
	const query = {force: true, v: true};
	const backoff = createBackoff(50, 1000);
	for (;;) {
		const answer = await engine.askSlowly(
			{method: 'DELETE', path, query, alsoFine: [gone, removing]},
			Nothing,
			context,
		);
		// Empty: removed. A message: gone, or somebody else's removal is under way and must be waited for.
		if (!/already in progress/.test(JSON.stringify(answer) ?? '')) return;
		await backoff.pause(context.signal);
	}
};
