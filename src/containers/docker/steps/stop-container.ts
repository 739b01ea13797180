import type {StepContext} from '../../container-runtime.ts';
import {Nothing} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {findContainers, type FoundContainer} from '../reading/find-containers.ts';
import {detach} from './attachment.ts';

export const stopWorkspace = async (
	engine: Engine,
	workspaceId: string,
	graceSeconds: number,
	context: StepContext,
): Promise<void> => {
	const present = await findContainers(engine, workspaceId, context.signal);
	await Promise.all(present.map(container => stopContainer(engine, container, graceSeconds, context)));
};

/** TERM, the grace (null: the container's own), KILL. What ended already only gets the mark of a stop. */
export const stopContainer = async (
	engine: Engine,
	container: FoundContainer,
	graceSeconds: number | null,
	context: StepContext,
): Promise<void> => {
	if (container.live) {
		const query = graceSeconds === null ? {} : {t: graceSeconds};
		const request = {method: 'POST', path: `/containers/${container.id}/stop`, query, alsoFine: [304, 404]} as const;
		await engine.askSlowly(request, Nothing, context, graceSeconds ?? 10);
	}
	for (const network of container.networks) await detach(engine, network, container.id, context.signal);
};
