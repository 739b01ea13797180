import {createHash, randomBytes, timingSafeEqual} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import type {Actor} from '../access/actor.ts';
import {personMayWork} from '../access/may-work.ts';
import {AppError} from '../errors.ts';
import {containing, sortOrder, toWindow} from '../http/page.ts';
import {requireRevision} from '../http/revision.ts';
import {nameTaken} from '../name-taken.ts';
import {subjectOf} from '../quotas/quota.ts';
import type {QuotaService} from '../quotas/quota.service.ts';
import type {LockedWorkspace, WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import {acceptExecution, activeExecutions, cancelExecution, openQueue} from './accept-execution.ts';
import {Execution} from './execution.entity.ts';
import type {ExecutionWaker} from './execution-waker.ts';
import {Job} from './job.entity.ts';
import {JobSchedule} from './job-schedule.entity.ts';
import type {BackfillJob, CreateJob} from './job.schema.ts';
import type {ListJobs} from './job-view.schema.ts';
import {firesTooOften, nominalTimes} from './schedule/nominal-times.ts';
import type {NotificationService} from './notifications/notification.service.ts';
import type {ScheduleFollower} from './schedule-follower.ts';
import {ofVisibleWorkspaces} from '../access/visible.ts';

export interface JobServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	waker: ExecutionWaker;
	quotas: QuotaService;
	follower: ScheduleFollower;
	notifications: Pick<NotificationService, 'signingKey'>;
	/** How often a job may be due at most. */
	minimumSeconds: number;
}

export type JobService = ReturnType<typeof createJobService>;

/** What people may do with jobs. The row is the truth; Temporal's schedule follows it. */
export const createJobService = (services: JobServiceDependencies) => {
	const {em, transactions, waker, quotas, follower, notifications, minimumSeconds} = services;

	/** What the schema cannot know. */
	const requirePossible = (input: Pick<CreateJob, 'trigger' | 'policy' | 'status' | 'notifications'>): void => {
		requireFuture(input);
		if (firesTooOften(input.trigger, minimumSeconds)) throw tooOften(minimumSeconds);
		if (input.notifications) notifications.signingKey('');
	};

	/** Works on a job under the lock of its workspace. Rejects with JOB_NOT_FOUND. */
	const locked = async <T>(id: string, work: (job: Job, workspace: LockedWorkspace) => Promise<T>): Promise<T> => {
		const found = await em.fork().findOne(Job, {id, deletedAt: null}, {fields: ['workspace']});
		if (!found) throw new AppError('JOB_NOT_FOUND');
		return transactions.locked(found.workspace, async workspace => {
			const job = await workspace.tx.findOne(Job, {id, deletedAt: null});
			if (!job) throw new AppError('JOB_NOT_FOUND');
			return work(job, workspace);
		});
	};

	const change = async (
		id: string,
		revision: number | null,
		apply: (job: Job, tx: EntityManager) => void | Promise<void>,
	): Promise<Job> => {
		const changed = await locked(id, async (job, {tx}) => {
			requireRevision(revision, job.revision);
			await apply(job, tx);
			await tx.flush();
			return job;
		});
		follower.follow(id);
		return changed;
	};

	return {
		/**
		 * Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_DELETING, JOB_NAME_TAKEN, TRIGGER_IN_THE_PAST, TRIGGER_TOO_OFTEN, QUOTA_EXCEEDED, SECRETS_NOT_CONFIGURED (for notifications); then
		 * nothing was made.
		 */
		async create(actor: Actor, input: CreateJob): Promise<Job> {
			requirePossible(input);
			const job = await nameTaken(
				'JOB_NAME_TAKEN',
				() => input.name,
				() =>
					transactions.locked(input.workspaceId, async ({tx, workspace}) => {
						if (workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
						await quotas.requireRoomIn(tx, subjectOf(workspace), {jobs: 1});
						const created = tx.create(Job, newJob(actor, input));
						tx.create(JobSchedule, {job: created.id, revision: null});
						await tx.flush();
						return created;
					}),
			);
			follower.follow(job.id);
			return job;
		},

		/** One page of what the actor may see, and how many there are in all. */
		async list(actor: Actor, query: ListJobs): Promise<[Job[], number]> {
			const where: FilterQuery<Job>[] = [{deletedAt: null}, ofVisibleWorkspaces(actor)];
			if (query.workspaceId) where.push({workspace: query.workspaceId});
			if (query.status) where.push({status: query.status});
			if (query.kind) where.push({kind: query.kind});
			if (query.agent) where.push({agent: query.agent});
			if (query.trigger) where.push({trigger: {kind: query.trigger}} as FilterQuery<Job>);
			if (query.tag) where.push({tags: {$contains: [query.tag]}} as FilterQuery<Job>);
			if (query.search) where.push({name: {$ilike: containing(query.search)}});
			const {field, direction} = sortOrder(query.sort);
			return em.findAndCount(Job, {$and: where}, {...toWindow(query), orderBy: [{[field]: direction}, {id: 'asc'}]});
		},

		/** Rejects with JOB_NOT_FOUND. */
		async get(id: string): Promise<Job> {
			const job = await em.findOne(Job, {id, deletedAt: null});
			if (!job) throw new AppError('JOB_NOT_FOUND');
			return job;
		},

		/** The revision of each job that Temporal's schedule is made from; absent: none yet. */
		async scheduledRevisions(ids: string[]): Promise<Map<string, number | null>> {
			const found = await em.find(JobSchedule, {job: {$in: ids}});
			return new Map(found.map(({job, revision}) => [job, revision]));
		},

		/** The workspace that a job belongs to, also after it was deleted; null: no such job. For deciding who may. */
		async workspaceOf(id: string): Promise<string | null> {
			return (await em.findOne(Job, {id}, {fields: ['workspace']}))?.workspace ?? null;
		},

		/**
		 * Changes a job to what `revise` makes of it. Whoever changes what runs has it run as them: nobody's secrets serve for what somebody else wrote. Rejects with JOB_NOT_FOUND, REVISION_CONFLICT, JOB_NAME_TAKEN, TRIGGER_IN_THE_PAST and
		 * whatever `revise` throws.
		 */
		update: (actor: Actor, id: string, revision: number | null, revise: (job: Job) => CreateJob): Promise<Job> => {
			let name = '';
			return nameTaken(
				'JOB_NAME_TAKEN',
				() => name,
				() =>
					change(id, revision, job => {
						const {workspaceId: _, status, ...input} = revise(job);
						name = input.name;
						const isOtherTime =
							JSON.stringify([input.trigger, input.policy.dst]) !== JSON.stringify([job.trigger, job.policy.dst]);
						requirePossible({...input, status: isOtherTime ? status : 'draft'});
						const wasDraft = job.status === 'draft';
						const before = job.work();
						Object.assign(job, input);
						if (!isDeepStrictEqual(job.work(), before)) job.createdBy = actor.id;
						if (status === 'draft') job.status = 'draft';
						else if (wasDraft || (isOtherTime && job.status === 'completed')) job.status = 'active';
						// What was before is not a time of the job as it is now.
						if (isOtherTime || wasDraft) job.coveredUntil = new Date();
					}),
			);
		},

		/** Its times no longer count, until it is resumed. Rejects with JOB_NOT_FOUND, JOB_NOT_ACTIVE{status}. */
		pause: (id: string, note: string): Promise<Job> =>
			change(id, null, job => {
				if (job.status !== 'active' && job.status !== 'paused')
					throw new AppError('JOB_NOT_ACTIVE', {status: job.status});
				Object.assign(job, {status: 'paused', pauseNote: note || null});
			}),

		/**
		 * Rejects with JOB_NOT_FOUND, JOB_NOT_ACTIVE{status}. Of a job that is not paused nothing changes. Whoever resumes one takes it over when whom it ran as
		 * may no longer work in the workspace; null: nobody does.
		 */
		resume: (actor: Actor | null, id: string): Promise<Job> =>
			change(id, null, async (job, tx) => {
				if (job.status === 'active') return;
				if (job.status !== 'paused') throw new AppError('JOB_NOT_ACTIVE', {status: job.status});
				Object.assign(job, {status: 'active', pauseNote: null, failureStreak: 0, coveredUntil: new Date()});
				if (actor && !(await personMayWork(tx, job.createdBy, job.workspace))) job.createdBy = actor.id;
			}),

		/** Runs it once more than planned. Its overlap policy counts: what may not begin is skipped, and says so. Rejects with JOB_NOT_FOUND, WORKSPACE_DELETING, QUOTA_EXCEEDED. */
		runNow: (actor: Actor, id: string): Promise<Execution> =>
			locked(id, async (job, workspace) => {
				if (workspace.workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
				return acceptExecution(
					workspace,
					job,
					{trigger: 'manual', nominalTime: new Date(), requestedBy: actor.id},
					services,
				);
			}),

		/**
		 * Runs it for times that have passed: those that nobody ran it for. A dry run only answers which. Rejects with JOB_NOT_FOUND,
		 * WORKSPACE_DELETING, BACKFILL_TOO_LARGE{limit}, QUOTA_EXCEEDED.
		 */
		backfill: (actor: Actor, id: string, input: BackfillJob): Promise<{times: Date[]; executions: Execution[]}> =>
			locked(id, async (job, workspace) => {
				const times = await openTimes(workspace.tx, job, input);
				if (input.dryRun) return {times, executions: []};
				if (workspace.workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
				const queue = await openQueue(workspace, services);
				const executions: Execution[] = [];
				for (const nominalTime of times) {
					const {overlap} = input;
					executions.push(await queue.accept(job, {trigger: 'backfill', nominalTime, overlap, requestedBy: actor.id}));
				}
				return {times, executions};
			}),

		/** A new key for calls of its webhook; the one before it is good no longer. Rejects with JOB_NOT_FOUND, JOB_WITHOUT_WEBHOOK. */
		async renewWebhookKey(id: string): Promise<string> {
			const key = randomBytes(32).toString('base64url');
			await change(id, null, job => {
				if (job.trigger.kind !== 'webhook') throw new AppError('JOB_WITHOUT_WEBHOOK');
				job.webhookKeyHash = sha256(key).toString('hex');
			});
			return key;
		},

		/** Rejects with WEBHOOK_KEY_INVALID, for an unknown job as well, and after the same time. */
		async requireWebhookKey(id: string, key: string): Promise<void> {
			const found = await em.fork().findOne(Job, {id, deletedAt: null});
			// As long for a job that there is not.
			const expected = Buffer.from(found?.webhookKeyHash ?? '0'.repeat(64), 'hex');
			const isRight = timingSafeEqual(sha256(key), expected);
			if (!isRight || !found?.webhookKeyHash) throw new AppError('WEBHOOK_KEY_INVALID');
		},

		/** A call with the right key. A delivery that came before answers what it did then. Rejects with JOB_NOT_ACTIVE, QUOTA_EXCEEDED. */
		callWebhook: (id: string, call: {payload: string; delivery: string | null}): Promise<Execution> =>
			locked(id, async (job, workspace) => {
				const before = call.delivery && (await workspace.tx.findOne(Execution, {job: id, delivery: call.delivery}));
				if (before) return before;
				if (job.status !== 'active') throw new AppError('JOB_NOT_ACTIVE', {status: job.status});
				return acceptExecution(workspace, job, {trigger: 'webhook', nominalTime: new Date(), ...call}, services);
			}),

		/** Cancels what is under way of it, and removes it. What it did stays readable. Rejects with JOB_NOT_FOUND, REVISION_CONFLICT. */
		async delete(id: string, revision: number | null): Promise<void> {
			await locked(id, async (job, workspace) => {
				requireRevision(revision, job.revision);
				await removeJob(workspace, job, waker);
			});
			follower.follow(id);
		},
	};
};

const MOST_BACKFILLED = 1000;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The times of a job in a part of the past that it did not run for. */
const openTimes = async (tx: EntityManager, job: Job, {from, to}: BackfillJob): Promise<Date[]> => {
	const until = new Date(Math.min(Date.parse(to) - 1, Date.now()));
	const range = {after: new Date(Date.parse(from) - 1), until, limit: MOST_BACKFILLED + 1};
	const times = nominalTimes(job.trigger, job.policy.dst, range);
	if (times.length > MOST_BACKFILLED) throw new AppError('BACKFILL_TOO_LARGE', {limit: MOST_BACKFILLED});
	const runs = await tx.find(Execution, {
		job: job.id,
		nominalTime: {$in: times},
		$or: [{trigger: 'backfill'}, {trigger: 'schedule', status: {$nin: ['missed', 'skipped']}}],
	});
	const taken = new Set(runs.map(({nominalTime}) => nominalTime.getTime()));
	return times.filter(at => !taken.has(at.getTime()));
};

const removeJob = async ({tx, workspace}: LockedWorkspace, job: Job, waker: ExecutionWaker): Promise<void> => {
	job.deletedAt = new Date();
	for (const execution of await activeExecutions(tx, workspace.id))
		if (execution.job === job.id) cancelExecution(tx, execution, {code: 'jobDeleted', params: {}}, waker);
};

/** A job that is planned for times, and has none left, is a mistake. */
const requireFuture = ({trigger, policy, status}: Pick<CreateJob, 'trigger' | 'policy' | 'status'>): void => {
	if (status === 'draft' || trigger.kind !== 'once') return;
	const now = new Date();
	const [next] = nominalTimes(trigger, policy.dst, {after: now, until: new Date(8.64e15), limit: 1});
	if (!next)
		throw new AppError('TRIGGER_IN_THE_PAST', {}, {fields: [{path: 'trigger.at', code: 'TRIGGER_IN_THE_PAST'}]});
};

const tooOften = (seconds: number): AppError =>
	new AppError('TRIGGER_TOO_OFTEN', {seconds}, {fields: [{path: 'trigger', code: 'TRIGGER_TOO_OFTEN'}]});

const newJob = (actor: Actor, {workspaceId, ...input}: CreateJob) => {
	const now = new Date();
	return {
		id: uuid(),
		workspace: workspaceId,
		...input,
		pauseNote: null,
		webhookKeyHash: null,
		coveredUntil: now,
		createdBy: actor.id,
		createdAt: now,
		updatedAt: now,
		deletedAt: null,
	};
};
