/** What the clocks of the world show, according to the time zone data that Node carries. Pure. */
import {Temporal} from 'temporal-polyfill';

const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);

/**
 * The name of a zone that every copy of the IANA database knows: `europe/rome` is `Europe/Rome`, `US/Eastern` is
 * `America/New_York`. Null: there is no such zone. An offset such as `+02:00` is none, and neither is an abbreviation
 * such as `PST`, which means several zones: Intl knows it, and Temporal refuses it.
 */
export const canonicalTimeZone = (name: string): string | null => {
	try {
		Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
		const {timeZone} = new Intl.DateTimeFormat('en', {timeZone: name}).resolvedOptions();
		return names.has(timeZone) || /^Etc\/GMT[+-]\d+$/.test(timeZone) ? timeZone : null;
	} catch {
		return null;
	}
};

/** A time in which the clocks of a zone are not put forward or back. Everything in milliseconds. */
export interface OffsetPeriod {
	/** -Infinity: it has always been so. */
	start: number;
	/** The first instant that is not in it. Infinity: it will always be so. */
	end: number;
	/** How far local time is ahead of UTC, in it, before it and after it. */
	offset: number;
	previousOffset: number;
	nextOffset: number;
}

/** The periods of a zone, from the one that holds an instant. Ends when no change is foreseen, and otherwise never. */
export function* offsetPeriods(timeZone: string, from: number): Generator<OffsetPeriod> {
	const at = (instant: number) => Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
	const offsetOf = ({offsetNanoseconds}: Temporal.ZonedDateTime) => offsetNanoseconds / 1e6;
	const last = at(from + 1).getTimeZoneTransition('previous');
	let now = at(from);
	let start = last ? last.epochMilliseconds : -Infinity;
	let previousOffset = offsetOf(last ? at(start - 1) : now);
	for (;;) {
		const offset = offsetOf(now);
		const next = now.getTimeZoneTransition('next');
		const end = next ? next.epochMilliseconds : Infinity;
		yield {start, end, offset, previousOffset, nextOffset: next ? offsetOf(next) : offset};
		if (!next) return;
		previousOffset = offset;
		start = end;
		now = next;
	}
}
