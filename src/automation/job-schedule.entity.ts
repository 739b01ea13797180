import {defineEntity, p} from '@mikro-orm/core';
import {Job} from './job.entity.ts';

/**
 * How far Temporal's schedule follows its job. Beside the job, because whoever brings the schedule in step holds the lock on this row while
 * Temporal answers, and nobody who changes the job waits for that.
 */
const JobScheduleSchema = defineEntity({
	name: 'JobSchedule',
	tableName: 'job_schedule',
	properties: {
		job: () => p.manyToOne(Job).mapToPk().primary(),
		/** The revision of the job that Temporal knows; null: none yet. */
		revision: p.integer().strictNullable(),
	},
});

export class JobSchedule extends JobScheduleSchema.class {}
JobScheduleSchema.setClass(JobSchedule);
