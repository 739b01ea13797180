import {z} from 'zod';
import {executionStatuses} from './execution-rules.ts';
import {Execution} from './execution.schema.ts';
import {JobPolicy} from './job.schema.ts';
import {Trigger} from './schedule/trigger.schema.ts';

const DateTime = z.iso.datetime();
const LONGEST_MS = 93 * 86_400_000;

const range = {
	from: DateTime.meta({description: 'From then on.', example: '2026-05-01T00:00:00Z'}),
	to: DateTime.meta({description: 'Before then.', example: '2026-06-01T00:00:00Z'}),
};
const isInOrder = ({from, to}: {from: string; to: string}) => Date.parse(from) < Date.parse(to);
const isShort = ({from, to}: {from: string; to: string}) => Date.parse(to) - Date.parse(from) <= LONGEST_MS;

export const ReadRange = z
	.strictObject(range)
	.refine(isInOrder, {path: ['to'], params: {code: 'NOT_AFTER_FROM'}})
	.refine(isShort, {path: ['to'], params: {code: 'RANGE_TOO_LONG', days: 93}})
	.meta({
		id: 'ReadRange',
		description: 'A part of time, 93 days at most.',
		example: {from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z'},
	});

const Note = z
	.object({
		code: z.string().meta({description: 'What is unusual.', example: 'DOES_NOT_EXIST_SHIFTED'}),
		message: z.string().meta({
			description: 'The same in words.',
			example: '2026-03-29 02:30 does not exist in Europe/Rome: shifted to 03:00.',
		}),
	})
	.meta({id: 'ScheduleNote', description: 'What a change of the clocks does to a time.'});

export const UpcomingTime = z
	.object({
		at: DateTime.nullable().meta({description: 'When; null: skipped.', example: '2026-03-29T01:00:00.000Z'}),
		local: z.string().meta({description: "On the clock of the trigger's time zone.", example: '2026-03-29T03:00'}),
		offset: z.string().nullable().meta({description: 'How far that clock is ahead of UTC.', example: '+02:00'}),
		notes: z.array(Note).meta({description: 'What is unusual about it.'}),
	})
	.meta({id: 'UpcomingTime', description: 'A time that is to come.'});
export const UpcomingTimes = z
	.object({items: z.array(UpcomingTime).meta({description: 'In order.'})})
	.meta({id: 'UpcomingTimes', description: 'The times that are to come.'});
export type UpcomingTimes = z.infer<typeof UpcomingTimes>;

const count = z.coerce.number().int().min(1).max(100).default(10);

export const ReadUpcoming = z
	.strictObject({count: count.meta({description: 'How many.', example: 10})})
	.meta({id: 'ReadUpcoming', description: 'How many.', example: {count: 10}});

export const PreviewSchedule = z
	.strictObject({
		trigger: Trigger,
		policy: JobPolicy.prefault({}),
		from: DateTime.optional().meta({description: 'Absent: now.', example: '2026-03-28T00:00:00Z'}),
		count: z.int().min(1).max(100).default(10).meta({description: 'How many.', example: 10}),
	})
	.meta({
		id: 'PreviewSchedule',
		description: 'What a trigger would come to; nothing is stored.',
		example: {trigger: {kind: 'cron', expression: '30 2 * * *', timeZone: 'Europe/Rome'}, policy: {dst: 'shift'}},
	});

export const Calendar = z
	.object({
		executions: z.array(Execution).meta({description: 'What was planned for these times, and what came of it.'}),
		upcoming: z
			.array(
				z
					.object({
						jobId: z.uuid().meta({description: 'The job.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2f'}),
						name: z.string().meta({description: 'Its name.', example: 'nightly-review'}),
						at: DateTime.meta({description: 'When it is due.', example: '2026-05-02T19:00:00.000Z'}),
					})
					.meta({id: 'ComingTime', description: 'When a job is due.'}),
			)
			.meta({description: 'What is still to come.'}),
		truncated: z.boolean().meta({description: 'There is more; take a shorter part.', example: false}),
	})
	.meta({id: 'Calendar', description: 'What jobs did and will do.'});

export const AutomationMetrics = z
	.object({
		counts: z
			.record(z.enum(executionStatuses), z.int())
			.meta({description: 'Executions by status.', example: {succeeded: 40, failed: 2}}),
		successRate: z.number().nullable().meta({description: 'Of those that ran to an end.', example: 0.95}),
		durationSeconds: z
			.object({
				p50: z.number().nullable().meta({description: 'Half took no longer.', example: 61.2}),
				p95: z.number().nullable().meta({description: '95 of 100 took no longer.', example: 300.5}),
			})
			.meta({description: 'From the start to the end.'}),
		latenessSeconds: z
			.object({
				p50: z.number().nullable().meta({description: 'Half began no later.', example: 0.3}),
				p95: z.number().nullable().meta({description: '95 of 100 began no later.', example: 1.9}),
			})
			.meta({description: 'From the planned time to the start.'}),
		costUsd: z.number().meta({description: 'Of all runs, as the agents say.', example: 12.5}),
	})
	.meta({id: 'AutomationMetrics', description: 'How runs went.'});
export type AutomationMetrics = z.infer<typeof AutomationMetrics>;
