import {z} from 'zod';
import type {Term} from '../../http/validation/describe-issues.ts';
import {type CronProblem, parseCron} from './cron.ts';
import {firstYear, lastYear} from './occurrences.ts';
import {canonicalTimeZone} from './time-zone.ts';

const DAY_SECONDS = 86_400;

/** As the words of the problem want it: the name of a field is a text itself. */
const issueParams = (problem: CronProblem): Record<string, string | number | Term> =>
	'field' in problem ? {...problem, field: {text: `cronFields.${problem.field}`}} : problem;

const Expression = z
	.string()
	.max(500, {abort: true})
	.superRefine((expression, context) => {
		const parsed = parseCron(expression);
		if ('cron' in parsed) return;
		for (const problem of parsed.problems) context.addIssue({code: 'custom', params: issueParams(problem)});
	})
	.meta({
		description:
			'Minute, hour, day of month, month, day of week; or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. ' +
			'Lists, ranges, steps and English names (MON, JAN). When both days are restricted, either is enough.',
		example: '30 2 * * MON-FRI',
	});

/** Other copies of the IANA database mind the case of a name. */
const spelledRight = (name: string): string => {
	const canonical = canonicalTimeZone(name);
	return canonical?.toLowerCase() === name.toLowerCase() ? canonical : name;
};

export const TimeZone = z
	.string()
	.max(100, {abort: true})
	.refine(name => canonicalTimeZone(name) !== null, {params: {code: 'TIME_ZONE_UNKNOWN'}, abort: true})
	.overwrite(spelledRight)
	.meta({description: 'The zone whose clocks the expression is read on; a name of IANA.', example: 'Europe/Rome'});

const isInYears = (instant: string): boolean => {
	const year = new Date(instant).getUTCFullYear();
	return year >= firstYear && year <= lastYear;
};

const Instant = z.iso
	.datetime({offset: true, abort: true})
	.refine(isInYears, {params: {code: 'YEAR_OUT_OF_RANGE', min: firstYear, max: lastYear}, abort: true})
	.overwrite(instant => new Date(Math.floor(Date.parse(instant) / 1000) * 1000).toISOString())
	.meta({description: 'When. Fractions of a second are dropped.', example: '2026-12-24T08:00:00Z'});

export const CronTrigger = z
	.strictObject({
		kind: z.literal('cron').meta({description: 'At times of the calendar.', example: 'cron'}),
		expression: Expression,
		timeZone: TimeZone.default('UTC'),
	})
	.meta({
		id: 'CronTrigger',
		description:
			'At times of the calendar. A time that daylight saving leaves out follows policy.dst; one that comes twice runs once, ' +
			'unless the expression is of every hour: then it runs in each hour that passes.',
		example: {kind: 'cron', expression: '30 2 * * MON-FRI', timeZone: 'Europe/Rome'},
	});

export const IntervalTrigger = z
	.strictObject({
		kind: z.literal('interval').meta({description: 'Again and again.', example: 'interval'}),
		everySeconds: z
			.int()
			.min(1)
			.max(31 * DAY_SECONDS)
			.meta({description: 'From one time to the next.', example: 3600}),
		offsetSeconds: z
			.int()
			.min(0)
			.default(0)
			.meta({description: 'How long after a multiple of everySeconds since 1970-01-01T00:00Z.', example: 300}),
	})
	.superRefine(({everySeconds, offsetSeconds}, context) => {
		if (everySeconds < 1 || offsetSeconds < everySeconds) return;
		context.addIssue({code: 'custom', path: ['offsetSeconds'], params: {code: 'NOT_BELOW', limit: everySeconds}});
	})
	.meta({
		id: 'IntervalTrigger',
		description: 'Again and again, whatever the calendar says.',
		example: {kind: 'interval', everySeconds: 3600, offsetSeconds: 300},
	});

export const OnceTrigger = z
	.strictObject({
		kind: z.literal('once').meta({description: 'A single time.', example: 'once'}),
		at: Instant,
	})
	.meta({id: 'OnceTrigger', description: 'A single time.', example: {kind: 'once', at: '2026-12-24T08:00:00Z'}});

export const ManualTrigger = z
	.strictObject({kind: z.literal('manual').meta({description: 'When somebody asks for it.', example: 'manual'})})
	.meta({id: 'ManualTrigger', description: 'When somebody asks for it.', example: {kind: 'manual'}});

export const WebhookTrigger = z
	.strictObject({kind: z.literal('webhook').meta({description: 'When its address is called.', example: 'webhook'})})
	.meta({id: 'WebhookTrigger', description: 'When its address is called.', example: {kind: 'webhook'}});

export const triggerKinds = ['cron', 'interval', 'once', 'manual', 'webhook'] as const;

export const Trigger = z
	.discriminatedUnion('kind', [CronTrigger, IntervalTrigger, OnceTrigger, ManualTrigger, WebhookTrigger])
	.meta({
		id: 'Trigger',
		description: 'What makes a job due.',
		example: {kind: 'cron', expression: '30 2 * * MON-FRI', timeZone: 'Europe/Rome'},
	});
export type Trigger = z.infer<typeof Trigger>;

export const DstPolicy = z.enum(['skip', 'shift']).meta({
	description: 'What becomes of a local time that does not exist: left out, or run at the first instant after the gap.',
	example: 'shift',
});
export type DstPolicy = z.infer<typeof DstPolicy>;
