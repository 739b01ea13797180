import {setImmediate} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {nominalTimes} from '../../../src/automation/schedule/nominal-times.ts';
import {type DstPolicy, Trigger} from '../../../src/automation/schedule/trigger.schema.ts';

/**
 * The policies, told a second time and in another way: walk through UTC minute by minute, look at what a clock shows, and compare
 * texts. Shares nothing with the product but the zone data of Node.
 */
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const first = Date.UTC(2000, 0, 1);
const last = Date.UTC(2040, 0, 1);

type Clock = (at: number) => string;
interface Moment {
	at: number;
	/** `2026-03-29 02:30` */
	shows: string;
	/** What the clock would have shown since the moment before, had it not been put forward. */
	leftOut: string[];
}
interface Rule {
	expression: string;
	hours: number[];
	minutes: number[];
}

const clockOf = (timeZone: string): Clock => {
	const format = new Intl.DateTimeFormat('sv-SE', {
		timeZone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
	});
	return at => format.format(at);
};

const read = (shows: string): number => Date.parse(`${shows.replace(' ', 'T')}:00Z`);
const write = (local: number): string => new Date(local).toISOString().slice(0, 16).replace('T', ' ');
const ahead = (clock: Clock, at: number): number => read(clock(at)) - at;

/** No zone changes its clocks twice within five days (the shortest since 2000 is a week). */
const changesOf = (clock: Clock): {at: number; by: number}[] => {
	const changes: {at: number; by: number}[] = [];
	let before = ahead(clock, first);
	for (let day = first + 5 * DAY; day <= last; day += 5 * DAY) {
		const after = ahead(clock, day);
		if (after === before) continue;
		let [low, high] = [day - 5 * DAY, day];
		while (high - low > MINUTE) {
			const middle = low + Math.round((high - low) / 2 / MINUTE) * MINUTE;
			if (ahead(clock, middle) === before) low = middle;
			else high = middle;
		}
		changes.push({at: high, by: after - before});
		before = after;
	}
	return changes;
};

const walk = (clock: Clock, from: number, to: number): Moment[] => {
	const moments: Moment[] = [];
	let previous = clock(from - MINUTE);
	for (let at = from; at <= to; at += MINUTE) {
		const shows = clock(at);
		const leftOut: string[] = [];
		// Most minutes end as the one before, plus one: no need to read the whole text then.
		if (Number(shows.slice(14)) !== Number(previous.slice(14)) + 1 || shows.slice(0, 13) !== previous.slice(0, 13)) {
			for (let local = read(previous) + MINUTE; local < read(shows); local += MINUTE) leftOut.push(write(local));
		}
		moments.push({at, shows, leftOut});
		previous = shows;
	}
	return moments;
};

const expected = (moments: Moment[], {hours, minutes}: Rule, dst: DstPolicy): number[] => {
	const matches = (shows: string) =>
		hours.includes(Number(shows.slice(11, 13))) && minutes.includes(Number(shows.slice(14)));
	const isRhythm = hours.length === 24;
	const seen = new Set<string>();
	const times: number[] = [];
	for (const {at, shows, leftOut} of moments) {
		const isShiftedHere = dst === 'shift' && !isRhythm && leftOut.some(matches);
		const isItself = matches(shows) && (isRhythm || !seen.has(shows));
		if (isShiftedHere || isItself) times.push(at);
		seen.add(shows);
	}
	return times;
};

const everyHour = Array.from({length: 24}, (_, hour) => hour);
const quarters = [0, 15, 30, 45];

/** `shows` is the middle of what does not exist or comes twice, `edge` its beginning. */
const rulesAround = (shows: string, edge: string): Rule[] => {
	const [hour, minute] = [Number(shows.slice(11, 13)), Number(shows.slice(14))];
	const [edgeHour, edgeMinute] = [Number(edge.slice(11, 13)), Number(edge.slice(14))];
	const around = [(hour + 23) % 24, hour, (hour + 1) % 24];
	return [
		{expression: `${minute} ${hour} * * *`, hours: [hour], minutes: [minute]},
		{expression: `${edgeMinute} ${edgeHour} * * *`, hours: [edgeHour], minutes: [edgeMinute]},
		{expression: `*/15 ${hour} * * *`, hours: [hour], minutes: quarters},
		{expression: `0,${minute} ${around.join()} * * *`, hours: around, minutes: [0, minute]},
		{expression: '*/15 * * * *', hours: everyHour, minutes: quarters},
		{expression: '@hourly', hours: everyHour, minutes: [0]},
	];
};

const counts = {zones: 0, changes: 0, comparisons: 0, times: 0};

const compare = (t: ExecutionContext, timeZone: string): void => {
	const clock = clockOf(timeZone);
	counts.zones++;
	for (const {at, by} of changesOf(clock)) {
		counts.changes++;
		const margin = Math.abs(by) + 45 * MINUTE;
		const [from, to] = [at - margin, at + margin];
		const moments = walk(clock, from, to);
		const edge = read(clock(at)) - Math.max(0, by);
		const middle = edge + Math.floor(Math.abs(by) / 2 / MINUTE) * MINUTE;
		for (const rule of rulesAround(write(middle), write(edge))) {
			const trigger = Trigger.parse({kind: 'cron', expression: rule.expression, timeZone});
			for (const dst of ['skip', 'shift'] as const) {
				const window = {after: new Date(from - 1), until: new Date(to), limit: Infinity};
				const found = nominalTimes(trigger, dst, window).map(Number);
				const right = expected(moments, rule, dst);
				counts.comparisons++;
				counts.times += right.length;
				if (found.join() === right.join()) continue;
				t.deepEqual(found.map(write), right.map(write), `${timeZone} ${write(at)} ${rule.expression} ${dst}`);
			}
		}
	}
};

const zones = Map.groupBy(['UTC', ...Intl.supportedValuesOf('timeZone')], name => name.split('/')[0]!);

for (const [region, names] of zones) {
	test.serial(`around every change of the clocks in ${region}, nominal times are what the policy says`, async t => {
		t.timeout(600_000);
		for (const name of names) {
			compare(t, name);
			// So that results are reported while others are computed.
			await setImmediate();
		}
		t.pass();
	});
}

test.serial('no zone and no change was left out', t => {
	t.log(counts);
	t.true(counts.zones > 400);
	t.true(counts.changes > 10_000);
});
