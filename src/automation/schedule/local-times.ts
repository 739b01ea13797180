/**
 * What a cron expression means on a calendar and a clock that never change. Pure.
 * A local time is the number of milliseconds since 1970 that a clock in UTC would show it at.
 */
import type {Cron} from './cron.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The local times of an expression from `from` up to, and without, `to`; ascending. Both must be finite. */
export function* localTimes(cron: Cron, from: number, to: number): Generator<number> {
	for (const day of matchingDays(cron, from, to)) {
		for (const minute of minutesOfDay(cron)) {
			const time = day + minute * MINUTE_MS;
			if (time >= to) return;
			if (time >= from) yield time;
		}
	}
}

/** The days (their midnights) that an expression admits and that have a moment between `from` and `to`; ascending. */
export function* matchingDays(cron: Cron, from: number, to: number): Generator<number> {
	const first = new Date(from);
	const year = first.getUTCFullYear();
	for (let month = first.getUTCMonth(); ; month++) {
		const start = Date.UTC(year, month, 1);
		if (start >= to) return;
		if (!cron.months.includes((month % 12) + 1)) continue;
		const end = Math.min(Date.UTC(year, month + 1, 1), to);
		for (let day = start; day < end; day += DAY_MS) if (day + DAY_MS > from && admitsDay(cron, day)) yield day;
	}
}

/** Of a day that the expression admits, in minutes since midnight; ascending. */
export function* minutesOfDay({hours, minutes}: Cron): Generator<number> {
	for (const hour of hours) for (const minute of minutes) yield hour * 60 + minute;
}

const admitsDay = ({daysOfMonth, daysOfWeek, eitherDay}: Cron, day: number): boolean => {
	const date = new Date(day);
	const byMonth = daysOfMonth.includes(date.getUTCDate());
	const byWeek = daysOfWeek.includes(date.getUTCDay());
	return eitherDay ? byMonth || byWeek : byMonth && byWeek;
};
