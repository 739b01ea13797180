/** When a job is due. Pure. */
import {DAY_MS, matchingDays, MINUTE_MS, minutesOfDay} from './local-times.ts';
import {type Cron, cronOf} from './cron.ts';
import {occurrences, type ScheduleNote, wallClock} from './occurrences.ts';
import type {DstPolicy, Trigger} from './trigger.schema.ts';

/**
 * The nominal times of a trigger after `after` and up to `until`, ascending, `limit` at most: the instants that it stands for,
 * whatever becomes of them. What counts as one is told at `occurrences`. Manual triggers and webhooks have none.
 */
export const nominalTimes = (
	trigger: Trigger,
	dst: DstPolicy,
	{after, until, limit}: {after: Date; until: Date; limit: number},
): Date[] => {
	const times: Date[] = [];
	if (limit <= 0) return times;
	for (const {at} of occurrences(trigger, dst, after.getTime(), until.getTime())) {
		if (at === null) continue;
		times.push(new Date(at));
		if (times.length >= limit) break;
	}
	return times;
};

export interface UpcomingTime {
	/** When it runs; null: it does not, because its local time does not exist. */
	at: Date | null;
	/** What the clock of the trigger's time zone shows then, e.g. `2026-03-29T03:00`; of one that is skipped: would show. */
	local: string;
	/** How far that clock is ahead of UTC then, e.g. `+02:00`; tells two times apart that look alike. Null: it is skipped. */
	offset: string | null;
	/** What is unusual about it. */
	notes: ScheduleNote[];
}

/**
 * The next `count` nominal times after `from`, and between them the local times that are skipped because they do not exist.
 * A trigger without a time zone is told in UTC. Fewer, where there are fewer up to the end of 2099.
 */
export const upcoming = (trigger: Trigger, dst: DstPolicy, from: Date, count: number): UpcomingTime[] => {
	const times: UpcomingTime[] = [];
	let left = count;
	if (left <= 0) return times;
	for (const {at, local, notes} of occurrences(trigger, dst, from.getTime(), Infinity)) {
		const offset = at === null ? null : formatOffset(local - at);
		times.push({at: at === null ? null : new Date(at), local: wallClock(local), offset, notes});
		if (at !== null && --left === 0) break;
	}
	return times;
};

/** `+05:45`. */
const formatOffset = (offset: number): string => {
	const minutes = Math.round(Math.abs(offset) / MINUTE_MS);
	const digits = (value: number) => String(value).padStart(2, '0');
	return `${offset < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
};

/** Whether two nominal times of a trigger are less than so many seconds apart, on days without a change of the clocks. */
export const firesTooOften = (trigger: Trigger, minimumSeconds: number): boolean => {
	switch (trigger.kind) {
		case 'cron':
			return smallestGapMinutes(cronOf(trigger.expression)) * 60 < minimumSeconds;
		case 'interval':
			return trigger.everySeconds < minimumSeconds;
		case 'once':
		case 'manual':
		case 'webhook':
			return false;
	}
};

/** Within a day, or from the last of a day to the first of the next that matches. */
const smallestGapMinutes = (cron: Cron): number => {
	const times = [...minutesOfDay(cron)];
	const within = times.slice(1).map((time, index) => time - times[index]!);
	const overnight = smallestGapDays(cron) * (DAY_MS / MINUTE_MS) + times[0]! - times.at(-1)!;
	return Math.min(...within, overnight);
};

/** In 28 years every date falls on every day of the week. */
const smallestGapDays = (cron: Cron): number => {
	let smallest = Infinity;
	let previous = -Infinity;
	for (const day of matchingDays(cron, Date.UTC(2000, 0, 1), Date.UTC(2029, 0, 1))) {
		smallest = Math.min(smallest, (day - previous) / DAY_MS);
		if (smallest === 1) break;
		previous = day;
	}
	return smallest;
};
