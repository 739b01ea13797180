import type {EntityManager} from '@mikro-orm/postgresql';
import type {Logger} from '../logger.ts';
import type {WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import {admit} from './accept-execution.ts';
import type {ClaimService} from './claim.service.ts';
import {Execution} from './execution.entity.ts';
import type {ExecutionWaker} from './execution-waker.ts';
import type {ExecutionWorkflows} from './execution-workflows.ts';
import type {JobSchedules} from './job-schedules.ts';
import type {JobService} from './job.service.ts';
import type {ScheduleFollower} from './schedule-follower.ts';

/** What a sweep came to, for whoever reads it in the Temporal Web UI. */
export interface AutomationSweep {
	/** Schedules of Temporal that were brought in step. */
	schedulesFollowed: number;
	/** Jobs that somebody paused or resumed in Temporal. */
	pausesNoticed: number;
	/** Times that had passed and that nobody had claimed. */
	timesCovered: number;
	/** Notifications that are still to be delivered. */
	notificationsPending: number;
	/** Executions that nobody carried any more. */
	executionsResumed: number;
}

export interface AutomationSweepDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	schedules: JobSchedules;
	follower: ScheduleFollower;
	claims: ClaimService;
	jobs: JobService;
	waker: ExecutionWaker;
	workflows: ExecutionWorkflows;
	log: Logger;
}

export type AutomationSweepService = ReturnType<typeof createAutomationSweepService>;

/** What makes up for every wake, change and firing that was lost. */
export const createAutomationSweepService = (services: AutomationSweepDependencies) => {
	const {em, transactions, schedules, follower, claims, jobs, waker, workflows, log} = services;

	/** A schedule that differs from the job which it was made from was changed by hand. */
	const noticePauses = async (): Promise<number> => {
		const isPaused = new Map((await jobsInStep(em)).map(({id, paused}) => [id, paused]));
		let noticed = 0;
		for await (const hint of schedules.list()) {
			if ((isPaused.get(hint.jobId) ?? hint.paused) === hint.paused) continue;
			// A list may be older than what was read before it.
			const now = await schedules.state(hint.jobId);
			const [job] = await jobsInStep(em, hint.jobId);
			if (!now || !job || now.paused === job.paused) continue;
			await (now.paused ? jobs.pause(hint.jobId, now.note) : jobs.resume(null, hint.jobId));
			noticed += 1;
		}
		return noticed;
	};

	const resumeLeftBehind = async (): Promise<number> => {
		const rows = await em.fork().execute<{id: string}[]>(leftBehind);
		let resumed = 0;
		for (const {id} of rows) {
			const execution = await em.fork().findOneOrFail(Execution, {id});
			if (execution.status === 'queued') {
				await transactions.locked(execution.workspace, locked => admit(locked, waker), {alsoDeleted: true});
			} else if (!(await workflows.isCarried(execution.workflowId))) {
				await workflows.startExecution({id, workflowId: execution.workflowId, workspaceId: execution.workspace});
				resumed += 1;
			}
		}
		if (resumed > 0) log.warn({resumed}, 'executions that nobody carried go on');
		return resumed;
	};

	const notifyAgain = async (): Promise<number> => {
		const pending = await em.fork().execute<{id: string}[]>(undelivered);
		for (const {id} of pending) await workflows.startNotification(id);
		return pending.length;
	};

	/** What one part cannot do now, because Temporal is away, say, keeps no other from its work. */
	const attempt = async (part: string, work: () => Promise<number>): Promise<number> => {
		try {
			return await work();
		} catch (error) {
			log.warn({err: error, part}, 'a part of the sweep failed; the next one follows within a minute');
			return 0;
		}
	};

	return {
		/** Never rejects. */
		async sweep(): Promise<AutomationSweep> {
			return {
				timesCovered: await attempt('times', claims.coverPast),
				executionsResumed: await attempt('executions', resumeLeftBehind),
				notificationsPending: await attempt('notifications', notifyAgain),
				schedulesFollowed: await attempt('schedules', follower.followAll),
				pausesNoticed: await attempt('pauses', noticePauses),
			};
		},
	};
};

const jobsInStep = (em: EntityManager, jobId: string | null = null): Promise<{id: string; paused: boolean}[]> =>
	em.fork().execute(
		`select j.id, j.status = 'paused' as paused from job j join job_schedule s on s.job_id = j.id and s.revision = j.revision
		where j.deleted_at is null and j.status in ('active', 'paused') and (?::uuid is null or j.id = ?::uuid)`,
		[jobId, jobId],
	);

const undelivered = `
	select id from notification where status = 'pending' and created_at < now() - interval '60 seconds'
	order by created_at limit 200`;

/** Active ones that show no sign of life: their lease has run out, or they never had one. */
const leftBehind = `
	select e.id from execution e
	where e.status in ('queued', 'waiting', 'running') and e.created_at < now() - interval '60 seconds'
		and coalesce(e.not_before, e.created_at) < now() - interval '60 seconds'
		and not exists (
			select 1 from lease l
			where l.workspace_id = e.workspace_id and l.holder = 'execution:' || e.id and l.expires_at > now()
		)
	order by e.created_at limit 200`;
