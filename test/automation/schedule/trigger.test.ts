import test from 'ava';
import {Temporal} from 'temporal-polyfill';
import {offsetPeriods} from '../../../src/automation/schedule/time-zone.ts';
import {TimeZone, Trigger} from '../../../src/automation/schedule/trigger.schema.ts';
import {describeIssues} from '../../../src/http/validation/describe-issues.ts';
import type {Language} from '../../../src/i18n/translate.ts';

const complaints = (body: unknown, language: Language = 'en') => {
	const parsed = Trigger.safeParse(body, {reportInput: true});
	return parsed.success ? [] : describeIssues(parsed.error.issues, language);
};
const cron = (expression: string, timeZone = 'Europe/Rome') => ({kind: 'cron', expression, timeZone});

test('a cron says field by field what is wrong with it, in both languages', t => {
	t.deepEqual(complaints(cron('61 9-5 * FEB-MAY/0 8')), [
		{path: 'expression', code: 'CRON_OUT_OF_RANGE', message: 'minute: 61 is not between 0 and 59.'},
		{path: 'expression', code: 'CRON_RANGE_BACKWARDS', message: 'hour: 9-5 runs backwards.'},
		{path: 'expression', code: 'CRON_STEP_OUT_OF_RANGE', message: 'month: a step of 0 is not between 1 and 12.'},
		{path: 'expression', code: 'CRON_OUT_OF_RANGE', message: 'day of week: 8 is not between 0 and 7.'},
	]);
	t.deepEqual(
		complaints(cron('61 9-5 L * *'), 'zh-TW').map(({message}) => message),
		['分鐘：61 不在 0 到 59 之間。', '小時：範圍 9-5 前後顛倒。', '日期：L 不是數字、名稱、範圍或間隔。'],
	);
});

const refused: [claim: string, body: unknown, path: string, code: string, message: string][] = [
	['no kind', {}, 'kind', 'REQUIRED', 'Is required.'],
	[
		'an unknown kind',
		{kind: 'daily'},
		'kind',
		'INVALID_VALUE',
		'Must be one of: cron, interval, once, manual, webhook.',
	],
	['nothing', null, '', 'INVALID_TYPE', 'Must be of type object.'],
	['a cron without an expression', {kind: 'cron'}, 'expression', 'REQUIRED', 'Is required.'],
	[
		'six fields',
		cron('0 0 12 * * ?'),
		'expression',
		'CRON_FIELD_COUNT',
		'Must have five fields: minute, hour, day of month, month, day of week. It has 6.',
	],
	[
		'an unknown macro',
		cron('@reboot'),
		'expression',
		'CRON_UNKNOWN_MACRO',
		'Must be five fields, or one of: @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.',
	],
	['30 February', cron('0 0 30 2 *'), 'expression', 'CRON_NEVER_FIRES', 'Can never fire: there is no such day.'],
	[
		'a word without an end',
		cron(`${'9'.repeat(100)} * * * *`),
		'expression',
		'CRON_OUT_OF_RANGE',
		`minute: ${'9'.repeat(20)}… is not between 0 and 59.`,
	],
	['an endless expression', cron('0,'.repeat(300)), 'expression', 'TOO_LONG', 'Must have at most 500 characters.'],
	[
		'a zone that does not exist',
		cron('@daily', 'Europe/Atlantis'),
		'timeZone',
		'TIME_ZONE_UNKNOWN',
		'Is not the name of a time zone, such as Europe/Rome or UTC.',
	],
	[
		'an offset',
		cron('@daily', '+02:00'),
		'timeZone',
		'TIME_ZONE_UNKNOWN',
		'Is not the name of a time zone, such as Europe/Rome or UTC.',
	],
	['an interval of nothing', {kind: 'interval', everySeconds: 0}, 'everySeconds', 'TOO_SMALL', 'Must be at least 1.'],
	[
		'an interval of a year',
		{kind: 'interval', everySeconds: 31_536_000},
		'everySeconds',
		'TOO_BIG',
		'Must be at most 2678400.',
	],
	[
		'an offset as long as the interval',
		{kind: 'interval', everySeconds: 60, offsetSeconds: 60},
		'offsetSeconds',
		'NOT_BELOW',
		'Must be less than 60.',
	],
	[
		'an offset before the interval',
		{kind: 'interval', everySeconds: 60, offsetSeconds: -1},
		'offsetSeconds',
		'TOO_SMALL',
		'Must be at least 0.',
	],
	['a local time', {kind: 'once', at: '2026-12-24T08:00:00'}, 'at', 'INVALID_FORMAT', 'Is not a valid datetime.'],
	[
		'a day that does not exist',
		{kind: 'once', at: '2026-02-30T08:00:00Z'},
		'at',
		'INVALID_FORMAT',
		'Is not a valid datetime.',
	],
	[
		'a year that Temporal does not know',
		{kind: 'once', at: '2100-01-01T00:00:00Z'},
		'at',
		'YEAR_OUT_OF_RANGE',
		'Must be in the years 2000 to 2099.',
	],
	['a prompt of a job', {kind: 'manual', prompt: ''}, 'prompt', 'UNRECOGNIZED_KEY', 'Is not known here.'],
];

for (const [claim, body, path, code, message] of refused) {
	test(`a trigger is refused with ${claim}`, t => t.deepEqual(complaints(body), [{path, code, message}]));
}

test('names of zones are spelled as other copies of the database spell them', t => {
	const spelled = (timeZone?: string) => Trigger.parse({kind: 'cron', expression: '@daily', timeZone});
	t.like(spelled('europe/rome'), {timeZone: 'Europe/Rome'});
	t.like(spelled('utc'), {timeZone: 'UTC'});
	t.like(spelled(), {timeZone: 'UTC'});
	t.like(spelled('Asia/Kolkata'), {timeZone: 'Asia/Kolkata'});
	t.like(spelled('US/Eastern'), {timeZone: 'US/Eastern'});
	t.like(spelled('Etc/GMT+5'), {timeZone: 'Etc/GMT+5'});
});

test('a single time is kept in UTC, to the second', t => {
	const once = (at: string) => Trigger.parse({kind: 'once', at});
	t.deepEqual(once('2026-12-24T08:00:00.999+01:00'), {kind: 'once', at: '2026-12-24T07:00:00.000Z'});
});

test('whatever is accepted as a zone can be read in every place that uses it', t => {
	const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
	const abbreviations = letters.flatMap(a => letters.flatMap(b => letters.map(c => a + b + c)));
	const aliases = ['US/Pacific', 'W-SU', 'EST5EDT', 'Zulu', 'Asia/Calcutta', 'Asia/Kolkata', 'GB', 'Etc/GMT-14'];
	const junk = ['', ' ', '+02:00', 'SystemV/PST8', 'Etc/Unknown', 'Mars/Olympus', 'UTC\0', 'UTC ', '../UTC'];
	const names = [...Intl.supportedValuesOf('timeZone'), ...aliases, ...junk, ...abbreviations];
	const accepted = names.filter(name => TimeZone.safeParse(name).success);
	for (const name of accepted) {
		t.notThrows(() => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(TimeZone.parse(name)), name);
		t.notThrows(() => new Intl.DateTimeFormat('en', {timeZone: TimeZone.parse(name)}), name);
		t.false(offsetPeriods(TimeZone.parse(name), Date.UTC(2026, 0)).next().done, name);
	}
	const isAccepted = new Set(accepted);
	t.deepEqual(
		[...Intl.supportedValuesOf('timeZone'), ...aliases].filter(name => !isAccepted.has(name)),
		[],
	);
	t.deepEqual(
		[...junk, 'PST', 'IST', 'BST', 'CST', 'JST'].filter(name => isAccepted.has(name)),
		[],
	);
});
