import type {EntityManager} from '@mikro-orm/postgresql';
import {activeExecutions, admit, cancelExecution} from '../automation/accept-execution.ts';
import type {ExecutionWaker} from '../automation/execution-waker.ts';
import {Job} from '../automation/job.entity.ts';
import type {ScheduleFollower} from '../automation/schedule-follower.ts';
import {Lease} from '../workspaces/lease.entity.ts';
import type {Waker} from '../workspaces/waker.ts';
import {Workspace} from '../workspaces/workspace.entity.ts';
import type {WorkspaceTransaction} from '../workspaces/workspace-transaction.ts';
import {mayWork} from './may-work.ts';

/** Whose access a change may end: one person's, wherever it is, or anybody's in one workspace. */
export type WithdrawalScope = {user: string} | {workspace: string};

export interface WithdrawalDependencies {
	waker: ExecutionWaker;
	workspaceWaker: Waker;
	follower: ScheduleFollower;
}

export type Withdrawals = ReturnType<typeof createWithdrawals>;

/** What ends with somebody's access: the one place for it, whatever the access ends by. */
export const createWithdrawals = ({waker, workspaceWaker, follower}: WithdrawalDependencies) => {
	const endIn = async ({tx, record}: WorkspaceTransaction, id: string, people: string[]): Promise<void> => {
		const workspace = await tx.findOneOrFail(Workspace, {id}, {refresh: true});
		const jobs = await tx.find(Job, {workspace: id, createdBy: {$in: people}}, {refresh: true});
		for (const job of jobs) {
			if (job.status !== 'active' || job.deletedAt !== null) continue;
			Object.assign(job, {status: 'paused', pauseNote: 'whoever it runs as may no longer work in the workspace'});
			follower.follow(job.id);
		}
		const ofThem = new Set(jobs.map(job => job.id));
		for (const execution of await activeExecutions(tx, id))
			if (ofThem.has(execution.job)) cancelExecution(tx, execution, {code: 'personRemoved', params: {}}, waker);
		const leases = await tx.find(Lease, {workspace: id, heldBy: {$in: people}});
		if (leases.length > 0) {
			await tx.nativeDelete(Lease, {workspace: id, heldBy: {$in: people}});
			record(id, 'status', 'leasesEnded', {holders: leases.map(lease => lease.kind()).join(', ')});
			workspaceWaker.wake(id);
		}
		await tx.flush();
		await admit({tx, record, workspace}, waker);
	};

	return {
		/**
		 * Makes a change after which somebody may have lost access, and ends in the same transaction what only they were allowed: in every workspace in
		 * which they may no longer run things their jobs are paused, what runs as them is cancelled, and their leases end. Who holds locks on users
		 * and teams has taken them before; workspaces are locked here, in the order of their ids. What they still watch ends by itself
		 * (`access-watch.ts`), and what is asked for later is refused.
		 */
		async withdraw<T>(transaction: WorkspaceTransaction, scope: WithdrawalScope, change: () => Promise<T>): Promise<T> {
			const {tx} = transaction;
			await lockWorkspaces(tx, scope);
			const result = await change();
			await tx.flush();
			const left = Map.groupBy(await whatIsLeft(tx, scope), row => row.workspace_id);
			for (const [id, rows] of left) {
				await endIn(
					transaction,
					id,
					rows.map(row => row.user_id),
				);
			}
			return result;
		},
	};
};

/** What people have under way in workspaces, and what will run as them. */
const underWay = `
	select workspace_id, created_by_id as user_id from job where status = 'active' and deleted_at is null
	union select e.workspace_id, j.created_by_id from execution e join job j on j.id = e.job_id
		where e.status in ('queued', 'waiting', 'running')
	union select workspace_id, held_by from lease where held_by is not null`;

const lockWorkspaces = async (tx: EntityManager, scope: WithdrawalScope): Promise<void> => {
	const concerned =
		'workspace' in scope
			? 'id = ?'
			: // What they own in a team may pass to somebody else.
				`owner_id = ? or id in (select workspace_id from (${underWay}) things where user_id = ?)`;
	const params = 'workspace' in scope ? [scope.workspace] : [scope.user, scope.user];
	await tx.execute(`select 1 from workspace where ${concerned} order by id for update`, params);
};

const whatIsLeft = (tx: EntityManager, scope: WithdrawalScope): Promise<{workspace_id: string; user_id: string}[]> => {
	const [column, id] = 'workspace' in scope ? ['workspace_id', scope.workspace] : ['user_id', scope.user];
	return tx.execute(
		`select workspace_id, user_id from (${underWay}) things
		where ${column} = ? and not ${mayWork('things.user_id', 'things.workspace_id')}
		order by workspace_id`,
		[id],
	);
};
