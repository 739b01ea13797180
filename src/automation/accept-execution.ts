import type {EntityManager} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import {personMayWork} from '../access/may-work.ts';
import {subjectOf} from '../quotas/quota.ts';
import type {QuotaService, Wanted} from '../quotas/quota.service.ts';
import type {LockedWorkspace} from '../workspaces/workspace-transaction.ts';
import type {Reason} from '../workspaces/workspace.schema.ts';
import {executionWorkflowId} from './automation.contract.ts';
import {
	activeStatuses,
	admissible,
	decideOverlap,
	type ExecutionStatus,
	type ExecutionTrigger,
	type OverlapPolicy,
} from './execution-rules.ts';
import {Execution} from './execution.entity.ts';
import type {ExecutionWork} from './execution.schema.ts';
import type {ExecutionWaker} from './execution-waker.ts';
import {Job} from './job.entity.ts';
import {Notification} from './notifications/notification.entity.ts';

export interface NewExecution {
	trigger: ExecutionTrigger;
	nominalTime: Date;
	/** What to run; absent: what the job says. */
	work?: ExecutionWork;
	requestedBy?: string | null;
	retryOf?: string | null;
	payload?: string | null;
	delivery?: string | null;
	/** Instead of the job's overlap policy. */
	overlap?: OverlapPolicy;
	/** The workflow that asks, and will carry it when it may begin at once; absent: one is started. */
	carriedBy?: string;
	/** What becomes of it when there is no room for it: whoever waits for the answer is refused. Default: `refuse`. */
	withoutRoom?: 'refuse' | 'skip';
	/** Why it does not run at all. */
	refused?: {status: 'skipped' | 'missed'; reason: Reason} | null;
}

/**
 * Writes down one run of a job, under the lock of its workspace: it begins, waits for its turn, or is final at once with the reason why not. From
 * the commit on it will reach an end. Rejects with QUOTA_EXCEEDED.
 */
export const acceptExecution = async (
	locked: LockedWorkspace,
	job: Job,
	input: NewExecution,
	{waker, quotas}: {waker: ExecutionWaker; quotas: QuotaService},
): Promise<Execution> => {
	const {tx, workspace} = locked;
	const id = uuid();
	const work = input.work ?? job.work();
	const barred = input.refused ?? (await refusedByPerson(locked, job));
	const overlap = barred ? null : await overlapIn(locked, job, input.overlap ?? job.policy.overlap);
	const refused = barred ?? overlap?.refused ?? (await refusedByQuota(locked, work, input, quotas));
	const execution = tx.create(Execution, {
		id,
		job: job.id,
		workspace: workspace.id,
		trigger: input.trigger,
		nominalTime: input.nominalTime,
		work,
		requestedBy: input.requestedBy ?? null,
		retryOf: input.retryOf ?? null,
		payload: input.payload ?? null,
		delivery: input.delivery ?? null,
		status: 'queued',
		reason: null,
		workflowId: executionWorkflowId(id),
		cancelReason: null,
		notBefore: null,
		sessionId: null,
		resumes: null,
		createdAt: new Date(),
		startedAt: null,
		finishedAt: null,
		exitCode: null,
		result: null,
	});
	if (refused) {
		end(tx, execution, refused.status, refused.reason, waker);
		return execution;
	}
	for (const other of overlap?.replaced ?? []) cancelExecution(tx, other, {code: 'replaced', params: {by: id}}, waker);
	await tx.flush();
	await admit(locked, waker, input.carriedBy ? {id, workflowId: input.carriedBy} : null);
	return execution;
};

/** Lets those go on that may, oldest first. Whoever ends an execution calls this in the same transaction. */
export const admit = async (
	{tx, workspace}: LockedWorkspace,
	waker: ExecutionWaker,
	carried: {id: string; workflowId: string} | null = null,
): Promise<void> => {
	const active = await activeExecutions(tx, workspace.id);
	const queued = active.filter(({status}) => status === 'queued');
	if (queued.length === 0) return;
	const jobs = new Map((await tx.find(Job, {id: {$in: queued.map(({job}) => job)}})).map(job => [job.id, job]));
	const admitted = admissible(
		queued.map(({id, job}) => ({id, jobId: job, overlap: jobs.get(job)!.policy.overlap})),
		active.filter(({status}) => status !== 'queued').map(({job}) => job),
	);
	for (const execution of queued) {
		if (!admitted.includes(execution.id)) continue;
		execution.status = 'waiting';
		if (execution.id === carried?.id) execution.workflowId = carried.workflowId;
		else waker.start(execution);
	}
};

/** What is not final yet, in the order in which it was accepted. */
export const activeExecutions = (tx: EntityManager, workspaceId: string): Promise<Execution[]> =>
	tx.find(
		Execution,
		{workspace: workspaceId, status: {$in: [...activeStatuses]}},
		{orderBy: {createdAt: 'asc', id: 'asc'}},
	);

/** A final state, and the only way to one. */
export const end = (
	tx: EntityManager,
	execution: Execution,
	status: ExecutionStatus,
	reason: Reason | null,
	waker: ExecutionWaker,
): void => {
	execution.status = status;
	execution.reason = reason;
	execution.finishedAt = new Date();
	execution.notBefore = null;
	const {notifications} = execution.work;
	if (!notifications?.on.some(event => event === status)) return;
	const notification = tx.create(Notification, {
		id: uuid(),
		execution: execution.id,
		event: status,
		url: notifications.webhookUrl,
		status: 'pending',
		lastStatus: null,
		lastError: null,
		createdAt: new Date(),
		lastAttemptAt: null,
	});
	waker.notify(notification.id);
};

/** Ends what has not begun, and tells what has begun to end. */
export const cancelExecution = (
	tx: EntityManager,
	execution: Execution,
	reason: Reason,
	waker: ExecutionWaker,
): void => {
	if (execution.status === 'queued') end(tx, execution, 'cancelled', reason, waker);
	else if (!execution.cancelReason) {
		execution.cancelReason = reason;
		waker.look(execution);
	}
};

/** It would run as somebody who may not do so, with their secrets. */
const refusedByPerson = async ({tx, workspace}: LockedWorkspace, job: Job): Promise<NewExecution['refused']> =>
	(await personMayWork(tx, job.createdBy, workspace.id)) ? null : skipped('personRemoved');

/** What the job's other runs mean for one more: why it does not run, or which of them make room for it. */
const overlapIn = async (
	{tx, workspace}: LockedWorkspace,
	job: Job,
	overlap: OverlapPolicy,
): Promise<{refused: NewExecution['refused']; replaced: Execution[]}> => {
	if (workspace.desired === 'deleted') return {refused: skipped('workspaceDeleting'), replaced: []};
	const others = (await activeExecutions(tx, workspace.id)).filter(other => other.job === job.id);
	const queued = others.filter(({status}) => status === 'queued').length;
	const decision = decideOverlap(overlap, {active: others.length - queued, queued});
	const refused = decision === 'skip' ? skipped('overlap', {executionId: others[0]!.id}) : null;
	return {refused, replaced: decision === 'replace' ? others : []};
};

const refusedByQuota = async (
	{tx, workspace}: LockedWorkspace,
	{kind}: ExecutionWork,
	{withoutRoom}: NewExecution,
	quotas: QuotaService,
): Promise<NewExecution['refused']> => {
	const wanted: Wanted = {concurrentExecutions: 1, ...(kind === 'agent' ? {spendPerDayUsd: 0} : {})};
	const subject = subjectOf(workspace);
	if (withoutRoom !== 'skip') {
		await quotas.requireRoomIn(tx, subject, wanted);
		return null;
	}
	const shortage = await quotas.shortageIn(tx, subject, wanted);
	return shortage && skipped('quotaExceeded', {...shortage});
};

const skipped = (code: string, params: Reason['params'] = {}) => ({
	status: 'skipped' as const,
	reason: {code, params},
});
