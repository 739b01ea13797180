import {ActivityFailure, ApplicationFailure, CancellationScope, isCancellation} from '@temporalio/workflow';
import type {OperationInput} from '../src/workspaces/workspace.contract.ts';
import {containersOf, database} from './activities.ts';

/**
 * Takes the steps of an operation, in order. If one fails, or someone cancels, what was begun is undone in reverse, however long that
 * takes; a step is counted as begun before it is tried, because it may have happened by half.
 */
export const saga = async (operation: OperationInput): Promise<void> => {
	const {operationId, workspaceId, target} = operation;
	const {runStep, revertStep} = containersOf(target);
	const begun: string[] = [];
	const finish = (outcome: 'succeeded' | 'failed' | 'cancelled', code: string | null) =>
		database.finishOperation({operationId, workspaceId, outcome, code});

	try {
		for (const step of operation.steps) {
			begun.push(step);
			await runStep({operationId, workspaceId, step});
		}
		await CancellationScope.nonCancellable(() => finish('succeeded', null));
	} catch (error) {
		await CancellationScope.nonCancellable(async () => {
			for (const step of begun.toReversed()) await revertStep({operationId, workspaceId, step});
			await finish(isCancellation(error) ? 'cancelled' : 'failed', codeOf(error));
		});
	}
};

const codeOf = (error: unknown): string | null => {
	const cause = error instanceof ActivityFailure ? error.cause : error;
	return cause instanceof ApplicationFailure ? (cause.type ?? null) : null;
};
