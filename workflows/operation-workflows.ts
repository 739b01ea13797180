import type {OperationKind} from '../src/workspaces/workspace-lifecycle.ts';

/** The workflow of each kind of operation: what an operator reads in the Temporal Web UI. */
export const operationWorkflows: Record<OperationKind, string> = {
	create: 'provisionWorkspace',
	start: 'startWorkspace',
	stop: 'stopWorkspace',
	restart: 'restartWorkspace',
	rebuild: 'rebuildWorkspace',
	bootstrap: 'bootstrapWorkspace',
	delete: 'deleteWorkspace',
};
