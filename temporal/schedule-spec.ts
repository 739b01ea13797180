/** When a job is due, in Temporal's words. Pure. */
import type {CalendarSpec, DayOfWeek, IntervalSpec, Month, ScheduleSpec} from '@temporalio/client';
import {type Cron, cronOf} from '../src/automation/schedule/cron.ts';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../src/automation/schedule/local-times.ts';
import {nominalTimes} from '../src/automation/schedule/nominal-times.ts';
import {isOfEveryHour} from '../src/automation/schedule/occurrences.ts';
import {canonicalTimeZone, type OffsetPeriod, offsetPeriods} from '../src/automation/schedule/time-zone.ts';
import type {DstPolicy, Trigger} from '../src/automation/schedule/trigger.schema.ts';

type CronTrigger = Extract<Trigger, {kind: 'cron'}>;

/** How far ahead a specification knows the changes of the clocks: ten years. */
const HORIZON_MS = 3653 * DAY_MS;

/**
 * What makes Temporal start a run at every nominal time, and at a few other instants, which the claim of a run drops because
 * `nominalTimes` does not contain them. Null: nothing comes due by itself. Holds for ten years from `now` where clocks change,
 * and otherwise for ever: put it again before they are over.
 *
 * Temporal's calendars know neither policy, and lose times while clocks are put back (server 1.32: east of Greenwich the first of
 * two, and of several in an hour most until an hour after). So the nominal times around each change are listed one by one.
 */
export const toScheduleSpec = (trigger: Trigger, dst: DstPolicy, now: Date): ScheduleSpec | null => {
	switch (trigger.kind) {
		case 'cron':
			return ofCron(trigger, dst, now.getTime());
		case 'interval':
			return {
				intervals: [{every: trigger.everySeconds * 1000, offset: trigger.offsetSeconds * 1000}],
				timezone: 'UTC',
			};
		case 'once':
			return {calendars: [ofInstant(new Date(trigger.at))], timezone: 'UTC'};
		case 'manual':
		case 'webhook':
			return null;
	}
};

const ofCron = (trigger: CronTrigger, dst: DstPolicy, now: number): ScheduleSpec => {
	const cron = cronOf(trigger.expression);
	const periods = periodsUntil(trigger.timeZone, now, now + HORIZON_MS);
	if (isOfEveryHour(cron) && isOfEveryDay(cron)) return ofMinutes(cron, periods);
	const changes = periods.filter(({start}) => start > now);
	return {
		calendars: ofDays(cron),
		intervals: changes.flatMap(change => timesAround(change, trigger, dst)).map(ofOneInstant),
		timezone: canonicalTimeZone(trigger.timeZone) ?? trigger.timeZone,
	};
};

const periodsUntil = (timeZone: string, from: number, until: number): OffsetPeriod[] => {
	const periods: OffsetPeriod[] = [];
	for (const period of offsetPeriods(timeZone, from)) {
		if (period.start >= until) break;
		periods.push(period);
	}
	return periods;
};

const isOfEveryDay = ({daysOfMonth, months, daysOfWeek}: Cron): boolean =>
	daysOfMonth.length === 31 && months.length === 12 && daysOfWeek.length === 7;

/** Minutes of every hour are the same in all zones, but for those that are not whole hours ahead of UTC. */
const ofMinutes = ({minutes}: Cron, periods: OffsetPeriod[]): ScheduleSpec => {
	const offsets = periods.map(({offset}) => offset / MINUTE_MS);
	const minute = new Set(minutes.flatMap(local => offsets.map(offset => (((local - offset) % 60) + 60) % 60)));
	return {calendars: [{minute: [...minute].toSorted((a, b) => a - b), hour: '*'}], timezone: 'UTC'};
};

/** Temporal wants both day fields to match; where either is enough, two calendars say so. */
const ofDays = (cron: Cron): CalendarSpec[] => {
	const {minutes: minute, hours: hour} = cron;
	const month = all(12, cron.months) ?? cron.months.map(number => monthNames[number - 1]!);
	const dayOfMonth = all(31, cron.daysOfMonth) ?? cron.daysOfMonth;
	const dayOfWeek = all(7, cron.daysOfWeek) ?? cron.daysOfWeek.map(number => dayNames[number]!);
	const times = {minute, hour, month};
	return cron.eitherDay
		? [
				{...times, dayOfMonth},
				{...times, dayOfWeek},
			]
		: [{...times, dayOfMonth, dayOfWeek}];
};

const all = (count: number, values: number[]): '*' | null => (values.length === count ? '*' : null);

/** From the first local time that comes twice, or the end of a gap, until Temporal is itself again. */
const timesAround = ({start, offset, previousOffset}: OffsetPeriod, trigger: Trigger, dst: DstPolicy): Date[] => {
	const repeated = Math.max(0, previousOffset - offset);
	return nominalTimes(trigger, dst, {
		after: new Date(start - repeated - 1),
		until: new Date(start + repeated + HOUR_MS),
		limit: Infinity,
	});
};

/** Longer than a specification holds, so it comes but once; not longer ago than 1970, before which Temporal miscounts. */
const ONCE_IN_MS = 14_610 * DAY_MS;
const ofOneInstant = (instant: Date): IntervalSpec => ({every: ONCE_IN_MS, offset: instant.getTime() % ONCE_IN_MS});

const ofInstant = (instant: Date): CalendarSpec => ({
	year: instant.getUTCFullYear(),
	month: monthNames[instant.getUTCMonth()]!,
	dayOfMonth: instant.getUTCDate(),
	hour: instant.getUTCHours(),
	minute: instant.getUTCMinutes(),
	second: instant.getUTCSeconds(),
});

const monthNames: Month[] = [
	'JANUARY',
	'FEBRUARY',
	'MARCH',
	'APRIL',
	'MAY',
	'JUNE',
	'JULY',
	'AUGUST',
	'SEPTEMBER',
	'OCTOBER',
	'NOVEMBER',
	'DECEMBER',
];
const dayNames: DayOfWeek[] = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];
