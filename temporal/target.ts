import {setTimeout as pause} from 'node:timers/promises';
import type {Logger} from '../src/logger.ts';
import type {Services} from '../src/services.ts';
import type {TargetService} from '../src/targets/target.service.ts';

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

/** How long a hint may wait: most are about what an operation just did, and have been seen by then. */
const SETTLE_MS = 700;

/** Passes the engine's hints on. A hint records nothing: it makes the workspace's workflow look for itself, if there seems to be news. */
export const watchEngine = async (
	{runtime, drift, temporal, log}: Pick<Services, 'runtime' | 'drift' | 'temporal' | 'log'>,
	signal: AbortSignal,
): Promise<void> => {
	const waiting = new Set<string>();
	const pass = async (workspaceId: string): Promise<void> => {
		await pause(SETTLE_MS, undefined, {signal});
		waiting.delete(workspaceId);
		if (await drift.mayDiffer(workspaceId, signal)) {
			await temporal.workflows.wake(workspaceId, {engineChanged: true});
		}
	};
	for await (const {workspaceId} of runtime.watch(signal)) {
		if (waiting.has(workspaceId)) continue;
		waiting.add(workspaceId);
		pass(workspaceId).catch((error: unknown) => {
			waiting.delete(workspaceId);
			if (!signal.aborted) log.warn({err: error, workspaceId}, 'a hint of the engine was lost');
		});
	}
};
