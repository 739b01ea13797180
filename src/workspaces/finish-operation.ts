import {Secret} from '../secrets/secret.entity.ts';
import type {Operation} from './operation.entity.ts';
import {activeOperations, type LockedWorkspace} from './workspace-transaction.ts';
import {desiredAfterCancelling, isUp, statusAfter} from './workspace-lifecycle.ts';

const outcomeEvents = {
	succeeded: 'operationSucceeded',
	failed: 'operationFailed',
	cancelled: 'operationCancelled',
} as const;

/** The end of a running operation, and where it leaves the workspace. */
export const finishOperation = async (
	{tx, workspace, record}: LockedWorkspace,
	operation: Operation,
	outcome: 'succeeded' | 'failed' | 'cancelled',
): Promise<void> => {
	operation.status = outcome;
	operation.finishedAt = new Date();
	if (operation.error) workspace.reason = operation.error;
	endBootstrap(workspace, outcome);
	if (isUp(operation.kind)) {
		if (outcome === 'succeeded') settleGeneration(workspace, operation);
		else giveBackGeneration(workspace, operation);
	}
	record(workspace.id, 'operation', outcomeEvents[outcome], {
		operationId: operation.id,
		kind: operation.kind,
		code: operation.error?.code ?? null,
	});
	if (operation.kind === 'delete') {
		workspace.deletedAt = new Date();
		// The row of the workspace stays; what was entrusted to it does not.
		await tx.nativeDelete(Secret, {workspace: workspace.id});
		record(workspace.id, 'status', 'workspaceDeleted');
		return;
	}
	const status = statusAfter(operation.kind, outcome, workspace.observed === 'running');
	if (status !== workspace.status) {
		workspace.status = status;
		record(workspace.id, 'status', 'workspaceStatus', {status});
	}
	if (outcome === 'cancelled')
		workspace.desired = desiredAfterCancelling(status, await activeOperations(tx, workspace.id));
};

/** Nothing runs any more once the operation has ended: what was under way has ended with it. */
const endBootstrap = (workspace: LockedWorkspace['workspace'], outcome: 'succeeded' | 'failed' | 'cancelled'): void => {
	if (workspace.bootstrap.status !== 'running') return;
	const status = outcome === 'cancelled' ? 'cancelled' : 'failed';
	workspace.bootstrap = {...workspace.bootstrap, status, finishedAt: new Date().toISOString()};
};

const settleGeneration = (workspace: LockedWorkspace['workspace'], operation: Operation): void => {
	workspace.provisionedAt ??= new Date();
	workspace.pinnedImage = operation.pinnedImage ?? workspace.pinnedImage;
	workspace.repairAfter = null;
	// A start gives new time to clean up.
	workspace.diskExceededAt = null;
	workspace.lastActivityAt = new Date();
	if (operation.reason.code !== 'drift') workspace.repairs = 0;
};

const giveBackGeneration = (workspace: LockedWorkspace['workspace'], operation: Operation): void => {
	if (!operation.makesNewGeneration() || operation.previousGeneration === null) return;
	workspace.generation = operation.previousGeneration;
	workspace.settingsPending = true;
};
