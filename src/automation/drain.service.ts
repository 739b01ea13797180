import type {LockedWorkspace, WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import {activeExecutions, cancelExecution} from './accept-execution.ts';
import type {ExecutionWaker} from './execution-waker.ts';
import {Job} from './job.entity.ts';
import type {ScheduleFollower} from './schedule-follower.ts';

export interface DrainServiceDependencies {
	transactions: WorkspaceTransactions;
	waker: ExecutionWaker;
	follower: ScheduleFollower;
}

export type DrainService = ReturnType<typeof createDrainService>;

/** What automation has to hear before a workspace goes. */
export const createDrainService = ({transactions, waker, follower}: DrainServiceDependencies) => {
	const locked = (workspaceId: string, work: (workspace: LockedWorkspace) => Promise<void>): Promise<void> =>
		transactions.locked(workspaceId, work, {alsoDeleted: true});

	return {
		/** What runs in it is told to end. What waits may start it again, as its job says. */
		stopping: (workspaceId: string): Promise<void> =>
			locked(workspaceId, async ({tx}) => {
				for (const execution of await activeExecutions(tx, workspaceId))
					if (execution.status === 'running')
						cancelExecution(tx, execution, {code: 'workspaceStopping', params: {}}, waker);
			}),

		/** Its jobs end with it, and so do all their executions. */
		deleting: (workspaceId: string): Promise<void> =>
			locked(workspaceId, async ({tx}) => {
				for (const execution of await activeExecutions(tx, workspaceId))
					cancelExecution(tx, execution, {code: 'workspaceDeleting', params: {}}, waker);
				for (const job of await tx.find(Job, {workspace: workspaceId, deletedAt: null})) {
					job.deletedAt = new Date();
					follower.follow(job.id);
				}
			}),
	};
};
