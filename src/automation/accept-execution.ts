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
	type QueuedRun,
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

/** The runs of a locked workspace that are not final, and the way to one more of them. */
export interface RunQueue {
	/**
	 * Writes down one run of a job: it begins, waits for its turn, or is final at once with the reason why not. From the commit on it will reach an
	 * end. Rejects with QUOTA_EXCEEDED.
	 */
	accept(job: Job, input: NewExecution): Promise<Execution>;
}

export interface Accepting {
	waker: ExecutionWaker;
	quotas: QuotaService;
}

/** Read once, however much is accepted through it then: a backfill of a thousand times reads no more than a single run. */
export const openQueue = async (locked: LockedWorkspace, {waker, quotas}: Accepting): Promise<RunQueue> => {
	const {tx, workspace} = locked;
	const {runs, accepted, entityOf, admitNext} = await readQueue(locked, waker);
	const mayWork = new Map<string, boolean>();

	/** It would run as somebody who may not do so, with their secrets. */
	const refusedByPerson = async ({createdBy}: Job): Promise<NewExecution['refused']> => {
		const may = mayWork.get(createdBy) ?? (await personMayWork(tx, createdBy, workspace.id));
		mayWork.set(createdBy, may);
		return may ? null : skipped('personRemoved');
	};

	/** What the job's other runs mean for one more: why it does not run, or which of them make room for it. */
	const overlapWith = (
		others: readonly ActiveRun[],
		policy: OverlapPolicy,
	): {refused: NewExecution['refused']; replaced: readonly ActiveRun[]} => {
		if (workspace.desired === 'deleted') return {refused: skipped('workspaceDeleting'), replaced: []};
		const queued = others.filter(isQueued).length;
		const decision = decideOverlap(policy, {active: others.length - queued, queued});
		const refused = decision === 'skip' ? skipped('overlap', {executionId: others[0]!.id}) : null;
		return {refused, replaced: decision === 'replace' ? others : []};
	};

	const replace = async (others: readonly ActiveRun[], by: string): Promise<void> => {
		for (const other of others) {
			cancelExecution(tx, await entityOf(other), {code: 'replaced', params: {by}}, waker);
			if (isQueued(other)) runs.splice(runs.indexOf(other), 1);
		}
	};

	return {
		async accept(job, input) {
			const {id, ...values} = newExecution(job, input);
			const barred = input.refused ?? (await refusedByPerson(job));
			const ofJob = runs.filter(({jobId}) => jobId === job.id);
			const overlap = barred ? null : overlapWith(ofJob, input.overlap ?? job.policy.overlap);
			const refused = barred ?? overlap?.refused ?? (await refusedByQuota(locked, values.work, input, quotas));
			const execution = tx.create(Execution, {id, ...values});
			if (refused) {
				end(tx, execution, refused.status, refused.reason, waker);
				return execution;
			}
			await replace(overlap?.replaced ?? [], id);
			accepted.set(id, execution);
			runs.push({id, jobId: job.id, overlap: job.policy.overlap, status: 'queued'});
			await admitNext(input.carriedBy ? {id, workflowId: input.carriedBy} : null);
			return execution;
		},
	};
};

const readQueue = async ({tx, workspace}: LockedWorkspace, waker: ExecutionWaker) => {
	// Of a thousand that wait few are changed: only those are read as entities. What is not written yet would be missing.
	await tx.flush();
	const runs = await tx.execute<ActiveRun[]>(activeRuns, [workspace.id]);
	const accepted = new Map<string, Execution>();
	const entityOf = async ({id}: ActiveRun): Promise<Execution> => accepted.get(id) ?? tx.findOneOrFail(Execution, {id});

	const admitNext = async (carried: {id: string; workflowId: string} | null = null): Promise<void> => {
		const admitted = admissible(
			runs.filter(isQueued),
			runs.filter(run => !isQueued(run)).map(({jobId}) => jobId),
		);
		if (admitted.length === 0) return;
		for (const run of runs.filter(({id}) => admitted.includes(id))) {
			const execution = await entityOf(run);
			run.status = execution.status = 'waiting';
			if (run.id === carried?.id) execution.workflowId = carried.workflowId;
			else waker.start(execution);
		}
	};
	return {runs, accepted, entityOf, admitNext};
};

/** Writes down one run of a job, under the lock of its workspace. Rejects with QUOTA_EXCEEDED. */
export const acceptExecution = async (
	locked: LockedWorkspace,
	job: Job,
	input: NewExecution,
	accepting: Accepting,
): Promise<Execution> => (await openQueue(locked, accepting)).accept(job, input);

/** Lets those go on that may, oldest first. Whoever ends an execution calls this in the same transaction. */
export const admit = async (locked: LockedWorkspace, waker: ExecutionWaker): Promise<void> =>
	(await readQueue(locked, waker)).admitNext();

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

interface ActiveRun extends QueuedRun {
	status: ExecutionStatus;
}

const activeRuns = `
	select e.id, e.job_id as "jobId", e.status, j.policy->>'overlap' as overlap
	from execution e join job j on j.id = e.job_id
	where e.workspace_id = ? and e.status in (${activeStatuses.map(status => `'${status}'`).join(', ')})
	order by e.created_at, e.id`;

const isQueued = ({status}: ActiveRun): boolean => status === 'queued';

const newExecution = (job: Job, input: NewExecution) => {
	const id = uuid();
	return {
		id,
		job: job.id,
		workspace: job.workspace,
		trigger: input.trigger,
		nominalTime: input.nominalTime,
		work: input.work ?? job.work(),
		requestedBy: input.requestedBy ?? null,
		retryOf: input.retryOf ?? null,
		payload: input.payload ?? null,
		delivery: input.delivery ?? null,
		status: 'queued' as const,
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
	};
};

const skipped = (code: string, params: Reason['params'] = {}) => ({
	status: 'skipped' as const,
	reason: {code, params},
});
