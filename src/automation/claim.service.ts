import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import type {QuotaService} from '../quotas/quota.service.ts';
import type {LockedWorkspace, WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import {type NewExecution, openQueue, type RunQueue} from './accept-execution.ts';
import type {ClaimInput} from './automation.contract.ts';
import {LATE_AFTER_SECONDS, mayStillRun} from './execution-rules.ts';
import {Execution} from './execution.entity.ts';
import type {ExecutionWaker} from './execution-waker.ts';
import {Job} from './job.entity.ts';
import {nominalTimes} from './schedule/nominal-times.ts';
import {mayBeSuperfluous} from './schedule/superfluous.ts';

/** So many times of one job are accounted for in one transaction. */
const BATCH = 100;
const MOST_JOBS = 5000;

export type ClaimService = ReturnType<typeof createClaimService>;

/** Turns times of jobs into executions: each time into one, whoever comes first, Temporal or the sweep. */
export const createClaimService = ({
	em,
	transactions,
	waker,
	quotas,
}: {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	waker: ExecutionWaker;
	quotas: QuotaService;
}) => {
	const accepting = {waker, quotas};
	const locked = async <T>(
		jobId: string,
		work: (job: Job, workspace: LockedWorkspace) => Promise<T>,
	): Promise<T | null> => {
		const found = await em.fork().findOne(Job, {id: jobId}, {fields: ['workspace']});
		if (!found) return null;
		return transactions.locked(
			found.workspace,
			async workspace => {
				const job = await workspace.tx.findOne(Job, {id: jobId});
				return job && job.deletedAt === null && workspace.workspace.deletedAt === null ? work(job, workspace) : null;
			},
			{alsoDeleted: true},
		);
	};

	const account = async (job: Job, queue: RunQueue, at: Date, carriedBy?: string): Promise<Execution> => {
		const execution = await queue.accept(job, {
			trigger: 'schedule',
			nominalTime: at,
			withoutRoom: 'skip',
			refused: missed(job, at),
			...(carriedBy ? {carriedBy} : {}),
		});
		if (job.trigger.kind === 'once') job.status = 'completed';
		return execution;
	};

	return {
		/**
		 * A schedule fired. Answers the execution that the asking workflow is to carry; null: there is none, it waits for its turn, or another workflow
		 * carries it. Asking again answers the same.
		 */
		claim: ({jobId, revision, nominalTime, workflowId}: ClaimInput): Promise<string | null> =>
			locked(jobId, async (job, workspace) => {
				const at = new Date(nominalTime);
				const known = await workspace.tx.findOne(Execution, {
					job: jobId,
					nominalTime: at,
					trigger: {$in: ['schedule', 'manual']},
				});
				if (known) return known.workflowId === workflowId && known.status !== 'queued' ? known.id : null;
				const isPlanned = isNominal(job, at);
				// Nobody's time, or a time of the job as it was before a change.
				if (!isPlanned && (mayBeSuperfluous(job.trigger, at) || revision !== job.revision)) return null;
				if (isPlanned && job.status !== 'active') return null;
				const queue = await openQueue(workspace, accepting);
				// Workflows that waited for a worker come in any order; their times do not.
				if (isPlanned)
					for (const earlier of await openTimes(workspace.tx, job, new Date(at.getTime() - 1)))
						await account(job, queue, earlier);
				const execution = isPlanned
					? await account(job, queue, at, workflowId)
					: // Somebody triggered the schedule by hand, in Temporal.
						await queue.accept(job, {
							trigger: 'manual',
							nominalTime: at,
							withoutRoom: 'skip',
							carriedBy: workflowId,
						});
				return execution.workflowId === workflowId && execution.status === 'waiting' ? execution.id : null;
			}),

		/**
		 * Accounts for the times that have passed and that nobody claimed: they run late, or are missed, as the job's policy says. Answers how many there
		 * were, of all jobs.
		 */
		async coverPast(): Promise<number> {
			const now = Date.now();
			const due = await em.fork().find(Job, dueBefore(now), {orderBy: {coveredUntil: 'asc'}, limit: MOST_JOBS});
			const known = await accountedFor(em.fork(), due);
			const isOpen = (job: Job): boolean => {
				const times = passedTimes(job, now);
				return times.length === BATCH || times.some(at => !known.has(keyOf(job.id, at)));
			};
			const open = due.filter(isOpen);
			// Past the ORM, which would make it a new revision.
			await em
				.fork()
				.execute(advance, [new Date(now - LATE_AFTER_SECONDS * 1000), idsOf(due.filter(job => !open.includes(job)))]);
			let covered = 0;
			for (const {id} of open) covered += (await cover(id, now)) ?? 0;
			return covered;
		},
	};

	async function cover(jobId: string, now: number): Promise<number | null> {
		return locked(jobId, async (job, workspace) => {
			if (job.status !== 'active') return 0;
			const {tx} = workspace;
			const open = await openTimes(tx, job, graceEnd(job, now));
			const queue = await openQueue(workspace, accepting);
			for (const at of open) await account(job, queue, at);
			await tx.flush();
			const times = passedTimes(job, now);
			const coveredUntil = times.length === BATCH ? times.at(-1)! : graceEnd(job, now);
			await tx.execute('update job set covered_until = greatest(covered_until, ?) where id = ?', [coveredUntil, jobId]);
			return open.length;
		});
	}
};

/** Until then a time may still be claimed by the workflow that its schedule started. */
const graceEnd = ({policy}: Job, now: number): Date =>
	new Date(now - (LATE_AFTER_SECONDS + policy.jitterSeconds) * 1000);

const uncoveredTimes = ({trigger, policy, coveredUntil}: Job, until: Date): Date[] =>
	nominalTimes(trigger, policy.dst, {after: coveredUntil, until, limit: BATCH});

const passedTimes = (job: Job, now: number): Date[] => uncoveredTimes(job, graceEnd(job, now));

/** The times of a job up to `until` that have no row yet, ascending. */
const openTimes = async (tx: EntityManager, job: Job, until: Date): Promise<Date[]> => {
	const times = uncoveredTimes(job, until);
	const known = await accountedFor(tx, times.length > 0 ? [job] : []);
	return times.filter(at => !known.has(keyOf(job.id, at)));
};

const keyOf = (jobId: string, at: Date): string => `${jobId} ${at.getTime()}`;
const idsOf = (jobs: Job[]): string => `{${jobs.map(({id}) => id).join(',')}}`;

/** The times of jobs that have a row, as far as they are not covered. */
const accountedFor = async (tx: EntityManager, jobs: Job[]): Promise<Set<string>> => {
	if (jobs.length === 0) return new Set();
	const oldest = new Date(Math.min(...jobs.map(({coveredUntil}) => coveredUntil.getTime())));
	const rows = await tx.find(
		Execution,
		{job: {$in: jobs.map(({id}) => id)}, trigger: 'schedule', nominalTime: {$gt: oldest}},
		{fields: ['job', 'nominalTime']},
	);
	return new Set(rows.map(row => keyOf(row.job, row.nominalTime)));
};

const dueBefore = (now: number): FilterQuery<Job> => ({
	status: 'active',
	deletedAt: null,
	coveredUntil: {$lt: new Date(now - LATE_AFTER_SECONDS * 1000)},
});

const advance = `
	update job set covered_until = greatest(covered_until, ?::timestamptz - (policy->>'jitterSeconds')::int * interval '1 second')
	where id = any(?::uuid[])`;

const isNominal = (job: Job, at: Date): boolean => {
	const after = new Date(at.getTime() - 1);
	return nominalTimes(job.trigger, job.policy.dst, {after, until: at, limit: 1}).length > 0;
};

const missed = ({trigger, policy}: Job, at: Date): NewExecution['refused'] => {
	const now = new Date();
	const lateSeconds = Math.round((now.getTime() - at.getTime()) / 1000);
	const isLatest = nominalTimes(trigger, policy.dst, {after: at, until: now, limit: 1}).length === 0;
	const {jitterSeconds, catchUpWindowSeconds: windowSeconds} = policy;
	if (mayStillRun(policy.catchUp, {lateSeconds, jitterSeconds, windowSeconds, isLatest})) return null;
	return {status: 'missed', reason: {code: 'late', params: {seconds: lateSeconds}}};
};
