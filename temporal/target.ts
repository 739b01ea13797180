import {setTimeout as pause} from 'node:timers/promises';
import type {ContainerRuntime} from '../src/containers/container-runtime.ts';
import type {Logger} from '../src/logger.ts';
import type {TargetService} from '../src/targets/target.service.ts';
import type {WorkspaceWorkflows} from '../src/workspaces/workspace.workflows.ts';

const RETRY_MS = 5000;

/** Writes down once what the target's machine has, as soon as its engine answers. */
export const recordTarget = async (
	{targets, log}: {targets: TargetService; log: Logger},
	signal: AbortSignal,
): Promise<void> => {
	while (!signal.aborted) {
		try {
			await targets.record(signal);
			return;
		} catch (error) {
			if (signal.aborted) return;
			log.warn({err: error}, 'the capacity of the target is not known yet');
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
