import type {EntityManager} from '@mikro-orm/postgresql';
import {acceptOperation} from '../workspaces/accept-operation.ts';
import {Lease} from '../workspaces/lease.entity.ts';
import {holdLease, WORK_MS} from '../workspaces/hold-lease.ts';
import type {LeaseService} from '../workspaces/lease.service.ts';
import {subjectOf, whenRunning} from '../quotas/quota.ts';
import type {QuotaService} from '../quotas/quota.service.ts';
import {afterCommit} from '../transaction.ts';
import {isDatabaseAway} from '../database-away.ts';
import type {EventBus} from '../workspaces/event-bus.ts';
import type {Waker} from '../workspaces/waker.ts';
import {
	activeOperations,
	type LockedWorkspace,
	type WorkspaceTransactions,
} from '../workspaces/workspace-transaction.ts';
import {Operation} from '../workspaces/operation.entity.ts';
import {decide, type OperationKind, tailOf} from '../workspaces/workspace-lifecycle.ts';
import type {Reason} from '../workspaces/workspace.schema.ts';
import {admit, end} from './accept-execution.ts';
import type {ExecutionStep, RunRef} from './automation.contract.ts';
import {activeStatuses, type ExecutionStatus, isFinal} from './execution-rules.ts';
import {Execution} from './execution.entity.ts';
import type {ExecutionResult} from './execution.schema.ts';
import type {ExecutionWaker} from './execution-waker.ts';
import {Job} from './job.entity.ts';
import {lockExecutions} from './locked-execution.ts';
import type {ScheduleFollower} from './schedule-follower.ts';

/** What is waited for tells when it has happened; should that be lost, one looks by oneself. */
const LOOK_AGAIN_MS = 30_000;

/** What an attempt came to. */
export interface Verdict {
	status: Extract<ExecutionStatus, 'succeeded' | 'failed' | 'timedOut' | 'unknown' | 'cancelled'>;
	reason: Reason | null;
	/** Another attempt may mend it. */
	isRetryable: boolean;
	/** The session that another attempt can go on with. */
	resumes: string | null;
	exitCode: number | null;
	sessionId: string | null;
	result: ExecutionResult;
}

export type ExecutionJournal = ReturnType<typeof createExecutionJournal>;

/** What the workflow of an execution reads and writes: each step is one transaction, under the lock of the workspace, and may be repeated. */
export const createExecutionJournal = ({
	em,
	transactions,
	waker,
	workspaceWaker,
	quotas,
	follower,
	events,
	leases,
}: {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	waker: ExecutionWaker;
	workspaceWaker: Waker;
	quotas: QuotaService;
	follower: ScheduleFollower;
	events: EventBus;
	leases: LeaseService;
}) => {
	const locked = lockExecutions({em, transactions});

	/** A final state: what waits behind it goes on, and the workspace is given back. */
	const conclude = async (
		execution: Execution,
		workspace: LockedWorkspace,
		status: ExecutionStatus,
		reason: Reason | null,
	): Promise<void> => {
		end(workspace.tx, execution, status, reason, waker);
		// Whoever follows its output need not wait for more.
		afterCommit(() => void events.publish(execution.id));
		await workspace.tx.nativeDelete(Lease, {workspace: execution.workspace, holder: holderOf(execution.id)});
		await workspace.tx.flush();
		if (await countOutcome(execution, workspace)) follower.follow(execution.job);
		await admit(workspace, waker);
		if (await restoresWorkspace(execution, workspace)) {
			await acceptOperation(workspace, 'stop', {code: 'restored', params: {executionId: execution.id}}, null);
			workspaceWaker.wake(execution.workspace);
		}
	};

	return {
		/**
		 * What is next: run in the workspace that is up and kept up, wait, or nothing because it is over. Starts the workspace when the job says so.
		 */
		next: (executionId: string): Promise<ExecutionStep> =>
			locked(executionId, async (execution, inWorkspace) => {
				if (isFinal(execution.status)) return {kind: 'over'};
				const {workspace, tx} = inWorkspace;
				const over = async (status: ExecutionStatus, reason: Reason): Promise<ExecutionStep> => {
					await conclude(execution, inWorkspace, status, reason);
					return {kind: 'over'};
				};
				const active = await activeOperations(tx, workspace.id);
				const isUp = workspace.observed === 'running' && workspace.status === 'running' && active.length === 0;
				// What has begun may live on in a workspace that is up, whoever followed it: it is ended first.
				const mayBeThere = isUp && execution.status === 'running';
				if (execution.cancelReason && !mayBeThere) return over('cancelled', execution.cancelReason);
				if (workspace.desired === 'deleted' && !mayBeThere)
					return over('cancelled', {code: 'workspaceDeleting', params: {}});
				const pauseMs = (execution.notBefore?.getTime() ?? 0) - Date.now();
				if (pauseMs > 0) return {kind: 'wait', milliseconds: pauseMs};

				if (isUp) {
					await holdLease(inWorkspace, holderOf(execution.id), WORK_MS);
					const {id, workspace: workspaceId, attempt} = execution;
					return {kind: 'run', run: {executionId: id, workspaceId, target: workspace.target, attempt}};
				}
				if (active.length > 0) return waitFor(execution, 'workspaceBusy', {operation: active[0]!.kind});
				if (execution.startedWorkspace && workspace.status === 'error')
					return over('failed', {code: 'workspaceInError', params: {}});
				if (execution.work.wake === 'skipIfStopped')
					return over('skipped', {code: 'workspaceStopped', params: {status: workspace.status}});
				if (decide('start', tailOf(workspace.status, null)) === 'accept') {
					const shortage =
						workspace.desired === 'running'
							? null
							: await quotas.shortageIn(tx, subjectOf(workspace), whenRunning(workspace));
					if (shortage)
						return over(execution.startedAt ? 'failed' : 'skipped', {code: 'quotaExceeded', params: {...shortage}});
					await acceptOperation(
						inWorkspace,
						'start',
						{code: 'execution', params: {executionId}},
						execution.requestedBy,
					);
					execution.startedWorkspace = true;
					workspaceWaker.wake(workspace.id);
				}
				return waitFor(execution, 'workspaceStarting', {});
			}),

		/** The attempt's process is there. Answers whether it is to be followed. */
		started: ({executionId, attempt}: RunRef, sessionId: string | null): Promise<boolean> =>
			locked(executionId, async execution => {
				if (isFinal(execution.status) || execution.attempt !== attempt) return false;
				if (execution.status !== 'running') {
					execution.status = 'running';
					execution.startedAt ??= new Date();
					execution.sessionId = sessionId;
					execution.reason = null;
				}
				return true;
			}),

		/** Its end is near or past, but so many processes of it would not die: it is still under way. */
		notEnded: ({executionId, attempt}: RunRef, processes: number): Promise<void> =>
			locked(executionId, async execution => {
				if (execution.status !== 'running' || execution.attempt !== attempt) return;
				execution.reason = {code: 'RUN_NOT_ENDED', params: {processes}};
			}),

		/** It is still at work: its workspace stays up. */
		renewLease: ({executionId, workspaceId}: RunRef): Promise<void> => leases.renew(workspaceId, holderOf(executionId)),

		/** What the attempt is made from. */
		read: (executionId: string): Promise<Execution> => em.fork().findOneOrFail(Execution, {id: executionId}),

		/** The attempt has ended: the execution is final, or tried again later. */
		finish: (run: RunRef, verdict: Verdict, outputBytes: number): Promise<void> =>
			locked(run.executionId, async (execution, inWorkspace) => {
				// What comes late is evidence, and changes nothing.
				if (isFinal(execution.status) || execution.attempt !== run.attempt) return;
				Object.assign(execution, {
					exitCode: verdict.exitCode,
					sessionId: verdict.sessionId ?? execution.sessionId,
					result: withCostBefore(verdict.result, execution.result),
				});
				const {retry} = execution.work;
				const isTriedAgain = verdict.isRetryable && !execution.cancelReason && execution.attempt < retry.maxAttempts;
				if (!isTriedAgain) {
					if (execution.cancelReason) await conclude(execution, inWorkspace, 'cancelled', execution.cancelReason);
					else if (await wasTakenAway(execution, inWorkspace, verdict))
						await conclude(execution, inWorkspace, 'cancelled', {code: 'workspaceStopping', params: {}});
					else await conclude(execution, inWorkspace, verdict.status, verdict.reason);
					return;
				}
				const milliseconds = retry.backoffSeconds * 1000 * 2 ** (execution.attempt - 1);
				execution.attempt += 1;
				execution.status = 'waiting';
				execution.reason = verdict.reason;
				execution.notBefore = new Date(Date.now() + milliseconds);
				execution.resumes = verdict.resumes;
				execution.attemptOffset = String(outputBytes);
			}),

		/**
		 * What it came to cannot be stored: it ends as `unknown`, with the code why. When even that is refused, with the least that says so: what should
		 * follow it is then left to the sweep.
		 */
		async giveUp(executionId: string, code: 'RESULT_NOT_STORED' | 'INTERNAL_ERROR'): Promise<void> {
			const reason: Reason = {code, params: {}};
			try {
				await locked(executionId, async (execution, inWorkspace) => {
					if (!isFinal(execution.status)) await conclude(execution, inWorkspace, 'unknown', reason);
				});
			} catch (error) {
				if (isDatabaseAway(error)) throw error;
				await em
					.fork()
					.nativeUpdate(
						Execution,
						{id: executionId, status: {$in: [...activeStatuses]}},
						{status: 'unknown', reason, finishedAt: new Date()},
					);
			}
		},

		/** Does somebody want it ended? */
		async isCancelled(executionId: string): Promise<boolean> {
			return (await em.fork().findOneOrFail(Execution, {id: executionId})).cancelReason !== null;
		},
	};
};

const holderOf = (executionId: string): string => `execution:${executionId}`;

/** What attempts cost adds up; the rest is what the last one came to. */
const withCostBefore = (result: ExecutionResult, before: ExecutionResult | null): ExecutionResult => ({
	...result,
	costUsd: before?.costUsd ? before.costUsd + (result.costUsd ?? 0) : result.costUsd,
});

const waitFor = (execution: Execution, code: string, params: Reason['params']): ExecutionStep => {
	execution.status = 'waiting';
	execution.reason = {code, params};
	return {kind: 'wait', milliseconds: LOOK_AGAIN_MS};
};

/** Its end is not known because somebody restarted, rebuilt, stopped or deleted the workspace under it. */
const wasTakenAway = async (execution: Execution, {tx}: LockedWorkspace, {reason}: Verdict): Promise<boolean> => {
	if (reason?.code !== 'RUN_LOST' || !execution.startedAt) return false;
	const ends: OperationKind[] = ['restart', 'rebuild', 'stop', 'delete'];
	const since = {$gte: execution.startedAt};
	return (await tx.count(Operation, {workspace: execution.workspace, kind: {$in: ends}, createdAt: since})) > 0;
};

/** Counts failures in a row, past the ORM, which would make it a new revision. Answers whether the job was paused for them. */
const countOutcome = async (execution: Execution, {tx}: LockedWorkspace): Promise<boolean> => {
	const hasFailed = ['failed', 'timedOut', 'unknown'].includes(execution.status);
	if (!hasFailed && execution.status !== 'succeeded') return false;
	const failures = hasFailed ? 'failure_streak + 1' : '0';
	const [row] = await tx.execute<{failure_streak: number}[]>(
		`update job set failure_streak = ${failures} where id = ? returning failure_streak`,
		[execution.job],
	);
	const job = await tx.findOneOrFail(Job, {id: execution.job}, {refresh: true});
	const limit = job.policy.pauseAfterFailures;
	if (job.status !== 'active' || limit === null || (row?.failure_streak ?? 0) < limit) return false;
	Object.assign(job, {status: 'paused', pauseNote: `${limit} failures in a row`});
	await tx.flush();
	return true;
};

/** A workspace that was started for runs is stopped after the last of them, unless somebody has used it since. */
const restoresWorkspace = async (execution: Execution, {tx, workspace}: LockedWorkspace): Promise<boolean> => {
	if (workspace.reason.code !== 'execution' || execution.work.afterRun !== 'restore') return false;
	if (workspace.status !== 'running' || workspace.desired !== 'running') return false;
	if (workspace.lastActivityAt > (execution.startedAt ?? execution.createdAt)) return false;
	const [operations, executions, leases] = [
		await activeOperations(tx, workspace.id),
		await tx.count(Execution, {workspace: workspace.id, status: {$in: [...activeStatuses]}}),
		await tx.count(Lease, {workspace: workspace.id, expiresAt: {$gt: new Date()}}),
	];
	return operations.length + executions + leases === 0;
};
