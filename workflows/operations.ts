/**
 * The operations. They differ in the steps that the database planned for them (`operation-plan.ts`), not in how steps are taken; each has a
 * name of its own because that is what an operator reads.
 */
import {CancellationScope} from '@temporalio/workflow';
import type {OperationInput} from '../src/workspaces/workspace.contract.ts';
import {containersOf} from './activities.ts';

/** Takes the steps, in order. If one fails for good, or someone cancels, what was begun is undone, however long that takes. */
const runOperation = async ({operationId, workspaceId, target, steps}: OperationInput): Promise<void> => {
	const {runSteps, revertSteps} = containersOf(target, steps.join(', '));
	try {
		await runSteps({operationId, workspaceId});
	} catch {
		// Why it ended is in the database; whatever it was, this is what follows.
		await CancellationScope.nonCancellable(() => revertSteps({operationId, workspaceId}));
	}
};

/** Makes a workspace for the first time. */
export const provisionWorkspace = runOperation;
/** Starts a workspace that is stopped or in error. */
export const startWorkspace = runOperation;
/** Stops a workspace, keeping its files. */
export const stopWorkspace = runOperation;
/** Stops a workspace and starts it again. */
export const restartWorkspace = runOperation;
/** Makes a new container from the newest image and settings; when that fails the old one is started again. */
export const rebuildWorkspace = runOperation;
/** Checks out the repository and runs the set-up script again. */
export const bootstrapWorkspace = runOperation;
/** Removes everything of a workspace, and confirms that nothing is left. */
export const deleteWorkspace = runOperation;
