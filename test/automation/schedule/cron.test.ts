import test from 'ava';
import fc from 'fast-check';
import {type Cron, type CronProblem, parseCron} from '../../../src/automation/schedule/cron.ts';

const range = (from: number, to: number, step = 1): number[] =>
	Array.from({length: Math.floor((to - from) / step) + 1}, (_, index) => from + index * step);

const everything: Cron = {
	minutes: range(0, 59),
	hours: range(0, 23),
	daysOfMonth: range(1, 31),
	months: range(1, 12),
	daysOfWeek: range(0, 6),
	eitherDay: false,
};

const valid: Record<string, Partial<Cron>> = {
	'* * * * *': {},
	'? ? ? ? ?': {},
	'  5\t4  * * *  ': {minutes: [5], hours: [4]},
	'00 007 * * *': {minutes: [0], hours: [7]},
	'*/15 * * * *': {minutes: [0, 15, 30, 45]},
	'20/15 * * * *': {minutes: [20, 35, 50]},
	'10-30/10 * * * *': {minutes: [10, 20, 30]},
	'59,0,30,30 * * * *': {minutes: [0, 30, 59]},
	'*,5 * * * *': {},
	'0 9-17 * * MON-FRI': {minutes: [0], hours: range(9, 17), daysOfWeek: range(1, 5)},
	'0 0 1 jan,Jul *': {minutes: [0], hours: [0], daysOfMonth: [1], months: [1, 7]},
	'0 0 1 MAR-MAY/2 *': {minutes: [0], hours: [0], daysOfMonth: [1], months: [3, 5]},
	'0 0 * * 7': {minutes: [0], hours: [0], daysOfWeek: [0]},
	'0 0 * * sun': {minutes: [0], hours: [0], daysOfWeek: [0]},
	'0 0 * * FRI-SUN': {minutes: [0], hours: [0], daysOfWeek: [0, 5, 6]},
	'0 0 * * 5-7': {minutes: [0], hours: [0], daysOfWeek: [0, 5, 6]},
	'0 0 * * 0-6': {minutes: [0], hours: [0]},
	'0 0 * * 1-7/2': {minutes: [0], hours: [0], daysOfWeek: [0, 1, 3, 5]},
	'0 0 * * */7': {minutes: [0], hours: [0], daysOfWeek: [0]},
	'0 9 13 * 5': {minutes: [0], hours: [9], daysOfMonth: [13], daysOfWeek: [5], eitherDay: true},
	'0 9 */2 * 1': {minutes: [0], hours: [9], daysOfMonth: range(1, 31, 2), daysOfWeek: [1]},
	'0 9 13 * */2': {minutes: [0], hours: [9], daysOfMonth: [13], daysOfWeek: [0, 2, 4, 6]},
	'0 9 1-31 * 1': {minutes: [0], hours: [9], daysOfWeek: [1], eitherDay: true},
	'0 0 29 2 *': {minutes: [0], hours: [0], daysOfMonth: [29], months: [2]},
	'0 0 30 2 1': {minutes: [0], hours: [0], daysOfMonth: [30], months: [2], daysOfWeek: [1], eitherDay: true},
	'0 0 31 2,4,5 *': {minutes: [0], hours: [0], daysOfMonth: [31], months: [2, 4, 5]},
	'@hourly': {minutes: [0]},
	'@daily': {minutes: [0], hours: [0]},
	'@midnight': {minutes: [0], hours: [0]},
	'@Weekly': {minutes: [0], hours: [0], daysOfWeek: [0]},
	'@monthly': {minutes: [0], hours: [0], daysOfMonth: [1]},
	'@yearly': {minutes: [0], hours: [0], daysOfMonth: [1], months: [1]},
	'@annually': {minutes: [0], hours: [0], daysOfMonth: [1], months: [1]},
};

test('five fields and macros are understood', t => {
	for (const [expression, cron] of Object.entries(valid)) {
		t.deepEqual(parseCron(expression), {cron: {...everything, ...cron}}, expression);
	}
});

/** The fields that are at fault, with their codes. */
const invalid: Record<string, string[]> = {
	'': ['CRON_FIELD_COUNT'],
	'   ': ['CRON_FIELD_COUNT'],
	'* * * *': ['CRON_FIELD_COUNT'],
	'0 0 12 * * ?': ['CRON_FIELD_COUNT'],
	'CRON_TZ=Europe/Rome 0 9 * * *': ['CRON_FIELD_COUNT'],
	'@reboot': ['CRON_UNKNOWN_MACRO'],
	'@every 5m': ['CRON_UNKNOWN_MACRO'],
	'@constructor': ['CRON_UNKNOWN_MACRO'],
	'61 * * * *': ['minute CRON_OUT_OF_RANGE'],
	'0-60 * * * *': ['minute CRON_OUT_OF_RANGE'],
	'60 24 0 13 8': [
		'minute CRON_OUT_OF_RANGE',
		'hour CRON_OUT_OF_RANGE',
		'dayOfMonth CRON_OUT_OF_RANGE',
		'month CRON_OUT_OF_RANGE',
		'dayOfWeek CRON_OUT_OF_RANGE',
	],
	'-5 * * * *': ['minute CRON_NOT_UNDERSTOOD'],
	'1.5 * * * *': ['minute CRON_NOT_UNDERSTOOD'],
	'0,, * * * *': ['minute CRON_NOT_UNDERSTOOD'],
	'0, * * * *': ['minute CRON_NOT_UNDERSTOOD'],
	'*-5 * * * *': ['minute CRON_NOT_UNDERSTOOD'],
	'MON * * * *': ['minute CRON_NOT_UNDERSTOOD'],
	'0 0 L * *': ['dayOfMonth CRON_NOT_UNDERSTOOD'],
	'0 0 15W * *': ['dayOfMonth CRON_NOT_UNDERSTOOD'],
	'0 0 * * 5#2': ['dayOfWeek CRON_NOT_UNDERSTOOD'],
	'0 0 * MON *': ['month CRON_NOT_UNDERSTOOD'],
	'0 0 * * MONDAY': ['dayOfWeek CRON_NOT_UNDERSTOOD'],
	'*/0 * * * *': ['minute CRON_STEP_OUT_OF_RANGE'],
	'*/90 * * * *': ['minute CRON_STEP_OUT_OF_RANGE'],
	'*/-5 * * * *': ['minute CRON_NOT_UNDERSTOOD'],
	'*/ * * * *': ['minute CRON_NOT_UNDERSTOOD'],
	'0 22-6 * * *': ['hour CRON_RANGE_BACKWARDS'],
	'0 0 * DEC-FEB *': ['month CRON_RANGE_BACKWARDS'],
	'0 0 * * FRI-MON': ['dayOfWeek CRON_RANGE_BACKWARDS'],
	'0 0 30 2 *': ['CRON_NEVER_FIRES'],
	'0 0 31 2,4,6,9,11 ?': ['CRON_NEVER_FIRES'],
	'0 0 30-31 FEB */2': ['CRON_NEVER_FIRES'],
};

const named = (problem: CronProblem): string =>
	'field' in problem ? `${problem.field} ${problem.code}` : problem.code;

test('everything else is refused, field by field', t => {
	for (const [expression, problems] of Object.entries(invalid)) {
		const parsed = parseCron(expression);
		t.true('problems' in parsed, expression);
		if ('problems' in parsed) t.deepEqual(parsed.problems.map(named), problems, expression);
	}
});

test('a date that no year has never fires, and every other date does', t => {
	const dates = new Set(range(0, 1460).map(day => new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(5, 10)));
	for (const month of range(1, 12)) {
		for (const day of range(1, 31)) {
			const date = [month, day].map(number => String(number).padStart(2, '0')).join('-');
			t.is('cron' in parseCron(`0 0 ${day} ${month} *`), dates.has(date), date);
		}
	}
});

const scraps = fc.constantFrom(
	...'0 1 7 31 59 60 * ? / - , @ @daily JAN fri SUN L W # \0 é 💥 __proto__'.split(' '),
	' ',
);

test('whatever is written, the answer is an expression or its problems', t => {
	const anything = fc.oneof(
		fc.string(),
		fc.array(scraps, {maxLength: 20}).map(parts => parts.join('')),
	);
	fc.assert(
		fc.property(anything, expression => {
			const parsed = parseCron(expression);
			if ('problems' in parsed) return parsed.problems.length > 0;
			const {eitherDay: _eitherDay, ...fields} = parsed.cron;
			return Object.values(fields).every(values => values.length > 0);
		}),
		{numRuns: 5000},
	);
	t.pass();
});

const some = (from: number, to: number) => fc.uniqueArray(fc.integer({min: from, max: to}), {minLength: 1});
const ascending = (values: number[]) => values.toSorted((a, b) => a - b);

test('a list admits what it names', t => {
	fc.assert(
		fc.property(some(0, 59), some(0, 23), some(1, 28), some(1, 12), some(0, 6), (minute, hour, day, month, weekday) => {
			t.deepEqual(parseCron([minute, hour, day, month, weekday].join(' ')), {
				cron: {
					minutes: ascending(minute),
					hours: ascending(hour),
					daysOfMonth: ascending(day),
					months: ascending(month),
					daysOfWeek: ascending(weekday),
					eitherDay: true,
				},
			});
		}),
	);
});
