/** When a trigger comes due, one occurrence after the other, with what daylight saving does to it. Pure. */
import {type Cron, cronOf} from './cron.ts';
import {localTimes} from './local-times.ts';
import {type OffsetPeriod, offsetPeriods} from './time-zone.ts';
import type {DstPolicy, Trigger} from './trigger.schema.ts';

/** Temporal's calendars know the years 2000 to 2100; one is kept back, so that every zone's last day is within. */
export const firstYear = 2000;
export const lastYear = 2099;

/** A local time that is not what it seems. The words are `schedule.<code>`. */
export interface ScheduleNote {
	code: 'DOES_NOT_EXIST_SKIPPED' | 'DOES_NOT_EXIST_SHIFTED' | 'COMES_TWICE' | 'COMES_TWICE_RUNS_TWICE';
	params: {local: string; timeZone: string; shiftedTo?: string};
}

export interface Occurrence {
	/** The instant; null: there is none, because its local time does not exist and is skipped. */
	at: number | null;
	/** What the clock of the trigger's zone shows then (UTC, where a trigger has none). */
	local: number;
	notes: ScheduleNote[];
}

/**
 * The occurrences of a trigger after an instant and up to another (both in milliseconds), ascending; only those of the years 2000
 * to 2099, so an `until` of Infinity ends too.
 *
 * A cron is read on the wall clock of its time zone. **A cron of certain hours** (`30 2 * * *`, `0 9-17 * * *`) means times of day:
 * one that does not exist is skipped, or shifted to the first instant after the gap (several that come to the same instant are
 * one); one that comes twice runs once, the first time.
 *
 * **A cron of every hour** (`0,30 * * * *`, `0 * * * 1-5`, `@hourly`) means a rhythm, not times of day: it runs whenever the clock
 * shows one of its minutes, so also in the hour that comes twice, and the hour that is left out costs it nothing. Otherwise "every
 * half hour" would pause for an hour and a half each autumn, and `30 * * * *` would run twice within half an hour in spring. Vixie's
 * cron(8) draws the line in the same way, though by a `*`: here `0-23` is every hour too, and a step of two hours means times of day.
 *
 * An interval counts from 1970-01-01T00:00Z, as Temporal does, and knows no daylight saving.
 */
export function* occurrences(trigger: Trigger, dst: DstPolicy, after: number, until: number): Generator<Occurrence> {
	const from = Math.max(after + 1, Date.UTC(firstYear, 0, 1));
	const to = Math.min(until + 1, Date.UTC(lastYear + 1, 0, 1));
	if (from >= to) return;
	switch (trigger.kind) {
		case 'cron':
			return yield* ofCron(cronOf(trigger.expression), trigger.timeZone, dst, from, to);
		case 'interval':
			return yield* ofInterval(trigger.everySeconds * 1000, trigger.offsetSeconds * 1000, from, to);
		case 'once': {
			const at = Date.parse(trigger.at);
			if (at >= from && at < to) yield {at, local: at, notes: []};
			return;
		}
		case 'manual':
		case 'webhook':
			return;
	}
}

/** A cron of every hour goes by the hours that pass, not by the time of day. */
export const isOfEveryHour = ({hours}: Cron): boolean => hours.length === 24;

function* ofCron(cron: Cron, timeZone: string, dst: DstPolicy, from: number, to: number): Generator<Occurrence> {
	for (const period of offsetPeriods(timeZone, from)) {
		if (period.start >= to) return;
		const {start, end, offset} = period;
		const skippedUntil = start + offset;
		const repeatedUntil = start + period.previousOffset;
		let earliest = Math.max(start, from) + offset;
		if (!isOfEveryHour(cron)) {
			const missing = start < from ? [] : [...localTimes(cron, repeatedUntil, skippedUntil)];
			if (dst === 'skip') yield* missing.map(local => skipped(local, timeZone));
			else if (missing.length > 0) {
				yield shifted(missing, period, timeZone);
				// Its own first local time, if it has one, is the same instant.
				earliest = skippedUntil + 1;
			}
			earliest = Math.max(earliest, repeatedUntil);
		}
		for (const local of localTimes(cron, earliest, Math.min(end, to) + offset)) {
			yield {at: local - offset, local, notes: repetition(cron, local, period, timeZone)};
		}
	}
}

const skipped = (local: number, timeZone: string): Occurrence => ({
	at: null,
	local,
	notes: [{code: 'DOES_NOT_EXIST_SKIPPED', params: {local: wallClock(local, ' '), timeZone}}],
});

const shifted = (missing: number[], {start, offset}: OffsetPeriod, timeZone: string): Occurrence => {
	const local = start + offset;
	const [day, time] = wallClock(local, ' ').split(' ');
	const notes = missing.map((missed): ScheduleNote => {
		const from = wallClock(missed, ' ');
		const shiftedTo = from.startsWith(day!) ? time! : wallClock(local, ' ');
		return {code: 'DOES_NOT_EXIST_SHIFTED', params: {local: from, timeZone, shiftedTo}};
	});
	return {at: start, local, notes};
};

const repetition = (cron: Cron, local: number, period: OffsetPeriod, timeZone: string): ScheduleNote[] => {
	const comesAgain = local >= period.end + period.nextOffset;
	const cameBefore = local < period.start + period.previousOffset;
	if (!comesAgain && !cameBefore) return [];
	const code = isOfEveryHour(cron) ? 'COMES_TWICE_RUNS_TWICE' : 'COMES_TWICE';
	return [{code, params: {local: wallClock(local, ' '), timeZone}}];
};

function* ofInterval(every: number, offset: number, from: number, to: number): Generator<Occurrence> {
	const first = Math.ceil((from - offset) / every) * every + offset;
	for (let at = first; at < to; at += every) yield {at, local: at, notes: []};
}

/** `2026-03-29T02:30`; with seconds where there are some. */
export const wallClock = (local: number, separator: 'T' | ' ' = 'T'): string =>
	new Date(local)
		.toISOString()
		.replace('T', separator)
		.replace(/(:00)?\.\d+Z$/, '');
