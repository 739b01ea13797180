import {setTimeout as pause} from 'node:timers/promises';
import type {EntityManager} from '@mikro-orm/postgresql';
import type {ContainerRuntime} from '../src/containers/container-runtime.ts';
import type {Logger} from '../src/logger.ts';
import {Target} from '../src/targets/target.entity.ts';
import type {WorkspaceWorkflows} from '../src/workspaces/workspace.workflows.ts';

const RETRY_MS = 5000;

/** Writes down once what the target's machine has, as soon as its engine answers. */
export const recordTarget = async (
	{em, runtime, target, log}: {em: EntityManager; runtime: ContainerRuntime; target: string; log: Logger},
	signal: AbortSignal,
): Promise<void> => {
	while (!signal.aborted) {
		try {
			const capacity = await runtime.capacity(signal);
			await em.fork().upsert(Target, {id: target, runtime: runtime.kind, ...capacity, seenAt: new Date()});
			return;
		} catch (error) {
			if (signal.aborted) return;
			log.warn({err: error, target}, 'the capacity of the target is not known yet');
			await pause(RETRY_MS, undefined, {signal}).catch(() => {});
		}
	}
};

/** Passes the engine's hints on. A hint records nothing: it makes the workspace's workflow look for itself. */
export const watchEngine = async (
	{runtime, workflows, log}: {runtime: ContainerRuntime; workflows: WorkspaceWorkflows; log: Logger},
	signal: AbortSignal,
): Promise<void> => {
	for await (const {workspaceId} of runtime.watch(signal)) {
		await workflows
			.wake(workspaceId, {engineChanged: true})
			.catch((error: unknown) => log.warn({err: error, workspaceId}, 'a hint was lost; the sweep will make up for it'));
	}
};
