import test from 'ava';
import fc from 'fast-check';
import {firesTooOften, nominalTimes, upcoming} from '../../../src/automation/schedule/nominal-times.ts';
import {type DstPolicy, Trigger} from '../../../src/automation/schedule/trigger.schema.ts';
import {type Language, translate} from '../../../src/i18n/translate.ts';

const cron = (expression: string, timeZone = 'UTC') => Trigger.parse({kind: 'cron', expression, timeZone});
const interval = (everySeconds: number, offsetSeconds = 0) =>
	Trigger.parse({kind: 'interval', everySeconds, offsetSeconds});

const times = (trigger: Trigger, after: string, until: string, dst: DstPolicy = 'skip', limit = Infinity) =>
	nominalTimes(trigger, dst, {after: new Date(after), until: new Date(until), limit}).map(at => at.toISOString());

const told = (trigger: Trigger, dst: DstPolicy, from: string, count: number, language: Language = 'en') =>
	upcoming(trigger, dst, new Date(from), count).map(({at, local, offset, notes}) => [
		at?.toISOString().slice(0, 16) ?? null,
		offset ? local + offset : local,
		...notes.map(({code, params}) => translate(language, `schedule.${code}`, params)),
	]);

test('0 9 13 * 5 fires on the 13th and on every Friday', t => {
	const found = times(cron('0 9 13 * 5'), '2019-12-31T23:00:00Z', '2040-01-01T00:00:00Z');
	const expected: string[] = [];
	for (
		const day = new Date('2020-01-01T09:00:00Z');
		day.getUTCFullYear() < 2040;
		day.setUTCDate(day.getUTCDate() + 1)
	) {
		if (day.getUTCDate() === 13 || day.getUTCDay() === 5) expected.push(day.toISOString());
	}
	t.deepEqual(found, expected);
	t.true(found.length > 1200);
});

test('a day field that starts with * leaves the other one to decide', t => {
	t.deepEqual(times(cron('0 9 */10 * 1'), '2026-01-01T00:00:00Z', '2026-09-01T00:00:00Z'), [
		'2026-05-11T09:00:00.000Z',
		'2026-06-01T09:00:00.000Z',
		'2026-08-31T09:00:00.000Z',
	]);
});

test('a time that does not exist is shifted to the end of the gap, or skipped', t => {
	const nightly = cron('30 2 * * *', 'Europe/Rome');
	t.deepEqual(told(nightly, 'shift', '2026-03-28T00:00:00Z', 3), [
		['2026-03-28T01:30', '2026-03-28T02:30+01:00'],
		['2026-03-29T01:00', '2026-03-29T03:00+02:00', '2026-03-29 02:30 does not exist in Europe/Rome: shifted to 03:00.'],
		['2026-03-30T00:30', '2026-03-30T02:30+02:00'],
	]);
	t.deepEqual(told(nightly, 'skip', '2026-03-28T00:00:00Z', 2), [
		['2026-03-28T01:30', '2026-03-28T02:30+01:00'],
		[null, '2026-03-29T02:30', '2026-03-29 02:30 does not exist in Europe/Rome: skipped.'],
		['2026-03-30T00:30', '2026-03-30T02:30+02:00'],
	]);
	t.is(
		told(nightly, 'shift', '2026-03-28T12:00:00Z', 1, 'zh-TW')[0]![2],
		'Europe/Rome 沒有 2026-03-29 02:30 這個時間：移至 03:00。',
	);
});

test('several that are shifted to one instant run once', t => {
	t.deepEqual(told(cron('20,40 2,3 * * *', 'Europe/Rome'), 'shift', '2026-03-28T12:00:00Z', 2), [
		[
			'2026-03-29T01:00',
			'2026-03-29T03:00+02:00',
			'2026-03-29 02:20 does not exist in Europe/Rome: shifted to 03:00.',
			'2026-03-29 02:40 does not exist in Europe/Rome: shifted to 03:00.',
		],
		['2026-03-29T01:20', '2026-03-29T03:20+02:00'],
	]);
	t.deepEqual(times(cron('0 2,3 * * *', 'Europe/Rome'), '2026-03-29T00:00:00Z', '2026-03-29T12:00:00Z', 'shift'), [
		'2026-03-29T01:00:00.000Z',
	]);
});

test('a whole day may not exist', t => {
	const twiceADay = cron('0 0,12 * * *', 'Pacific/Apia');
	t.deepEqual(told(twiceADay, 'shift', '2011-12-29T23:00:00Z', 2), [
		[
			'2011-12-30T10:00',
			'2011-12-31T00:00+14:00',
			'2011-12-30 00:00 does not exist in Pacific/Apia: shifted to 2011-12-31 00:00.',
			'2011-12-30 12:00 does not exist in Pacific/Apia: shifted to 2011-12-31 00:00.',
		],
		['2011-12-30T22:00', '2011-12-31T12:00+14:00'],
	]);
});

test('a time of day that comes twice runs once, the first time', t => {
	t.deepEqual(told(cron('30 2 * * *', 'Europe/Rome'), 'skip', '2026-10-24T12:00:00Z', 2), [
		[
			'2026-10-25T00:30',
			'2026-10-25T02:30+02:00',
			'2026-10-25 02:30 comes twice in Europe/Rome: runs once, the first time.',
		],
		['2026-10-26T01:30', '2026-10-26T02:30+01:00'],
	]);
	// From between the two, too.
	t.deepEqual(times(cron('30 2 * * *', 'Europe/Rome'), '2026-10-25T00:45:00Z', '2026-10-26T02:00:00Z'), [
		'2026-10-26T01:30:00.000Z',
	]);
});

test('a cron of every hour runs in every hour that passes', t => {
	const hourly = cron('30 * * * *', 'Europe/Rome');
	t.deepEqual(told(hourly, 'shift', '2026-10-25T00:00:00Z', 3), [
		[
			'2026-10-25T00:30',
			'2026-10-25T02:30+02:00',
			'2026-10-25 02:30 comes twice in Europe/Rome: runs both times, as in every hour.',
		],
		[
			'2026-10-25T01:30',
			'2026-10-25T02:30+01:00',
			'2026-10-25 02:30 comes twice in Europe/Rome: runs both times, as in every hour.',
		],
		['2026-10-25T02:30', '2026-10-25T03:30+01:00'],
	]);
	for (const dst of ['skip', 'shift'] as const) {
		const year = times(hourly, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', dst).map(Date.parse);
		t.is(year.length, 365 * 24);
		t.deepEqual(new Set(year.slice(1).map((at, index) => at - year[index]!)), new Set([3_600_000]));
	}
});

test('an interval counts from 1970, and knows no daylight saving', t => {
	t.deepEqual(times(interval(420, 65), '2027-03-26T00:00:00Z', '2027-03-26T00:20:00Z'), [
		'2027-03-26T00:03:05.000Z',
		'2027-03-26T00:10:05.000Z',
		'2027-03-26T00:17:05.000Z',
	]);
	t.deepEqual(told(interval(3600, 5), 'skip', '2026-03-29T00:00:00Z', 1), [
		['2026-03-29T00:00', '2026-03-29T00:00:05+00:00'],
	]);
});

test('a single time comes once; what is started by hand or by a call never comes due', t => {
	const once = Trigger.parse({kind: 'once', at: '2026-12-24T08:00:00+01:00'});
	t.deepEqual(times(once, '2026-12-24T06:59:59Z', '2026-12-24T07:00:00Z'), ['2026-12-24T07:00:00.000Z']);
	t.deepEqual(times(once, '2026-12-24T07:00:00Z', '2030-01-01T00:00:00Z'), []);
	for (const kind of ['manual', 'webhook'] as const) t.deepEqual(upcoming({kind}, 'skip', new Date(0), 5), []);
});

test('a window is open at its beginning, closed at its end, and may be empty or limited', t => {
	const hourly = cron('@hourly');
	t.deepEqual(times(hourly, '2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z'), ['2026-01-01T02:00:00.000Z']);
	t.deepEqual(times(hourly, '2026-01-01T02:00:00Z', '2026-01-01T01:00:00Z'), []);
	t.deepEqual(times(hourly, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', 'skip', 1), ['2026-01-01T01:00:00.000Z']);
	t.deepEqual(times(hourly, '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', 'skip', 0), []);
});

test('rare times are found, and what never comes again ends', t => {
	const started = performance.now();
	t.deepEqual(told(cron('0 0 29 2 */7', 'America/Santiago'), 'skip', '2033-01-01T00:00:00Z', 3), [
		['2060-02-29T03:00', '2060-02-29T00:00-03:00'],
		['2088-02-29T03:00', '2088-02-29T00:00-03:00'],
	]);
	t.deepEqual(upcoming(cron('0 0 1 1 *'), 'skip', new Date('2099-06-01'), 10), []);
	t.is(upcoming(cron('0 0 1 1 *'), 'skip', new Date('0001-01-01'), 1)[0]!.local, '2000-01-01T00:00');
	t.is(upcoming(cron('* 2 * * *', 'America/Denver'), 'shift', new Date('2026-01-01'), 100).length, 100);
	// A few milliseconds; the rest is for a machine that does much else.
	t.true(performance.now() - started < 2000);
});

const expressions = ['*/15 * * * *', '30 2 * * *', '0,30 0-3 * * *', '0 0 1 * *', '45 23 */2 * 0', '* 1,2 * * 6,7'];
const zones = [
	'Europe/Rome',
	'America/New_York',
	'Australia/Lord_Howe',
	'America/St_Johns',
	'Africa/Cairo',
	'Asia/Kathmandu',
];
const instant = fc.date({min: new Date('2005-01-01'), max: new Date('2035-01-01'), noInvalidDate: true});

test('a time is nominal or not, whoever asks from where', t => {
	const changes = ['2026-03-08', '2026-03-29', '2026-04-05', '2026-04-24', '2026-10-03', '2026-10-25', '2026-11-01'];
	const days = fc.oneof(instant, fc.constantFrom(...changes.map(day => new Date(day))));
	const minutes = fc.integer({min: -1440, max: 1440});
	fc.assert(
		fc.property(
			fc.constantFrom(...expressions),
			fc.constantFrom(...zones),
			fc.constantFrom<DstPolicy>('skip', 'shift'),
			days,
			fc.array(minutes, {minLength: 1, maxLength: 6}),
			(expression, zone, dst, day, splits) => {
				const trigger = cron(expression, zone);
				const ends = [-1500, ...splits.toSorted((a, b) => a - b), 1500].map(
					end => new Date(day.getTime() + end * 60_000),
				);
				const [after, until] = [ends[0]!, ends.at(-1)!];
				const whole = nominalTimes(trigger, dst, {after, until, limit: Infinity});
				const parts = ends
					.slice(1)
					.flatMap((end, index) => nominalTimes(trigger, dst, {after: ends[index]!, until: end, limit: Infinity}));
				t.deepEqual(parts, whole);
				t.deepEqual(
					whole,
					[...new Set(whole.map(Number))].toSorted((a, b) => a - b).map(at => new Date(at)),
				);
				const listed = upcoming(trigger, dst, after, whole.length).flatMap(({at}) => at ?? []);
				t.deepEqual(listed, whole);
			},
		),
		{numRuns: 300},
	);
});

test('what fires more often than a limit is found out', t => {
	const gaps: [Trigger, number][] = [
		[cron('* * * * *'), 60],
		[cron('*/7 * * * *'), 4 * 60],
		[cron('0,59 * * * *'), 60],
		[cron('0 9 * * *'), 86_400],
		[cron('0 0,23 * * *'), 3600],
		[cron('0 0,23 1,15 * *'), 23 * 3600],
		[cron('0 0,23 1,31 * *'), 3600],
		[cron('0 9 13 * 5'), 86_400],
		[cron('0 9 * * 1'), 7 * 86_400],
		[cron('0 9 1 * *'), 28 * 86_400],
		[cron('0 9 1 1 *'), 365 * 86_400],
		[interval(90), 90],
	];
	for (const [trigger, seconds] of gaps) {
		t.false(firesTooOften(trigger, seconds), JSON.stringify(trigger));
		t.true(firesTooOften(trigger, seconds + 1), JSON.stringify(trigger));
	}
	t.false(firesTooOften({kind: 'manual'}, Infinity));
	t.false(firesTooOften(Trigger.parse({kind: 'once', at: '2026-12-24T08:00:00Z'}), Infinity));
});
