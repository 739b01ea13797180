import {allowedOperationsOn} from '../access/permissions.ts';
import type {Reader} from '../access/reader.ts';
import type {Job} from './job.entity.ts';
import type {JobView} from './job-view.schema.ts';
import {nominalTimes} from './schedule/nominal-times.ts';

/** What the API shows of a job. `scheduled`: the revision that Temporal's schedule is made from. */
export const viewJob = (job: Job, scheduled: number | null, reader: Reader): JobView => ({
	id: job.id,
	...job.toInput(),
	status: job.status,
	pauseNote: job.pauseNote,
	failureStreak: job.failureStreak,
	nextAt: nextOf(job)?.toISOString() ?? null,
	scheduleInStep: scheduled === job.revision,
	createdBy: job.createdBy,
	createdAt: job.createdAt.toISOString(),
	updatedAt: job.updatedAt.toISOString(),
	revision: job.revision,
	allowedOperations: allowedOperationsOn('job', reader),
});

const FOREVER = new Date(8.64e15);

const nextOf = (job: Job): Date | undefined =>
	job.status === 'active'
		? nominalTimes(job.trigger, job.policy.dst, {after: new Date(), until: FOREVER, limit: 1})[0]
		: undefined;
