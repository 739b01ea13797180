import {type EntityManager, LockMode} from '@mikro-orm/postgresql';
import {createFollowUps} from '../follow-ups.ts';
import type {Logger} from '../logger.ts';
import {Job} from './job.entity.ts';
import {JobSchedule} from './job-schedule.entity.ts';
import type {JobSchedules} from './job-schedules.ts';

export type ScheduleFollower = ReturnType<typeof createScheduleFollower>;

/** Brings Temporal's schedules in step with the jobs. Whatever is missed, because Temporal is away or a process died, the sweep makes up for. */
export const createScheduleFollower = ({
	em,
	schedules,
	log,
}: {
	em: EntityManager;
	schedules: JobSchedules;
	log: Logger;
}) => {
	const {later, settle} = createFollowUps({log});

	/** Rejects when Temporal does not answer; then nothing is noted down, and the next try begins anew. */
	const bringInStep = (jobId: string): Promise<void> =>
		em.fork().transactional(async tx => {
			// Two who write the same schedule would undo each other's work.
			const state = await tx.findOne(JobSchedule, {job: jobId}, {lockMode: LockMode.PESSIMISTIC_WRITE});
			const job = await tx.findOne(Job, {id: jobId});
			if (!state || !job || state.revision === job.revision) return;
			if (job.isScheduled()) await schedules.put(job);
			else await schedules.remove(job.id);
			state.revision = job.revision;
		});

	return {
		/** Soon, and not waited for. */
		follow: (jobId: string): void => later({jobId}, 'schedule is out of step', () => bringInStep(jobId)),

		/** Those that are out of step. Answers how many were brought back; one that fails holds up no other. */
		async followAll(): Promise<number> {
			const behind = await em.fork().execute<{id: string}[]>(outOfStep);
			const results = await Promise.allSettled(behind.map(({id}) => bringInStep(id)));
			const failed = results.filter(({status}) => status === 'rejected').length;
			if (failed > 0) log.warn({failed, of: behind.length}, 'some schedules are out of step');
			return behind.length - failed;
		},

		/** Resolves when nothing is under way. */
		settle,
	};
};

const outOfStep = `
	select j.id from job j join job_schedule s on s.job_id = j.id
	where s.revision is distinct from j.revision
	order by j.updated_at limit 500`;
