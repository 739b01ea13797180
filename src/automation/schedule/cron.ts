/** Cron expressions: five fields or a macro, as Vixie cron reads them. Pure. */

/** What each field admits, ascending. */
export interface Cron {
	minutes: number[];
	hours: number[];
	daysOfMonth: number[];
	months: number[];
	/** 0 is Sunday. */
	daysOfWeek: number[];
	/** Both fields of the day are restricted: a day that either of them admits is enough. */
	eitherDay: boolean;
}

export type CronField = 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek';

/** What is wrong with an expression; a field has one problem at most. The words are `validation.<code>`. */
export type CronProblem =
	| {code: 'CRON_FIELD_COUNT'; found: number}
	| {code: 'CRON_UNKNOWN_MACRO'; macros: string}
	| {code: 'CRON_NOT_UNDERSTOOD' | 'CRON_RANGE_BACKWARDS'; field: CronField; value: string}
	| {code: 'CRON_OUT_OF_RANGE' | 'CRON_STEP_OUT_OF_RANGE'; field: CronField; value: string; min: number; max: number}
	| {code: 'CRON_NEVER_FIRES'};

interface Field {
	min: number;
	max: number;
	/** The first stands for the smallest value. */
	names: string[];
}

const fields: Record<CronField, Field> = {
	minute: {min: 0, max: 59, names: []},
	hour: {min: 0, max: 23, names: []},
	dayOfMonth: {min: 1, max: 31, names: []},
	month: {min: 1, max: 12, names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']},
	dayOfWeek: {min: 0, max: 6, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']},
};

const macros: Record<string, string> = {
	'@hourly': '0 * * * *',
	'@daily': '0 0 * * *',
	'@midnight': '0 0 * * *',
	'@weekly': '0 0 * * 0',
	'@monthly': '0 0 1 * *',
	'@yearly': '0 0 1 1 *',
	'@annually': '0 0 1 1 *',
};

/**
 * Reads `minute hour day-of-month month day-of-week`, or a macro. Each field is a list of numbers, names (any case), ranges and
 * steps; `5/15` means `5-59/15`; `?` means `*`; 7 is Sunday, and a range may end in it (`FRI-SUN`). Never throws.
 *
 * Of the two day fields either is enough when both are restricted (`0 9 13 * 5`: the 13th, and every Friday). A field that
 * starts with `*` is not restricted, even with a step: then both must match (crontab(5), from Vixie cron).
 */
export const parseCron = (expression: string): {cron: Cron} | {problems: CronProblem[]} => {
	const text = expression.trim();
	const written = text.startsWith('@') ? macros[text.toLowerCase()] : text;
	if (written === undefined) {
		return {problems: [{code: 'CRON_UNKNOWN_MACRO', macros: Object.keys(macros).join(', ')}]};
	}
	const words = written === '' ? [] : written.split(/\s+/);
	const [minute, hour, dayOfMonth, month, dayOfWeek] = words;
	if (words.length !== 5 || !minute || !hour || !dayOfMonth || !month || !dayOfWeek) {
		return {problems: [{code: 'CRON_FIELD_COUNT', found: words.length}]};
	}
	const minutes = readField('minute', minute);
	const hours = readField('hour', hour);
	const daysOfMonth = readField('dayOfMonth', dayOfMonth);
	const months = readField('month', month);
	const daysOfWeek = readField('dayOfWeek', dayOfWeek);
	const problems = [minutes, hours, daysOfMonth, months, daysOfWeek].filter(isProblem);
	if (isProblem(minutes) || isProblem(hours) || isProblem(daysOfMonth) || isProblem(months) || isProblem(daysOfWeek)) {
		return {problems};
	}
	const eitherDay = isRestricted(dayOfMonth) && isRestricted(dayOfWeek);
	const cron: Cron = {minutes, hours, daysOfMonth, months, daysOfWeek, eitherDay};
	return canFire(cron) ? {cron} : {problems: [{code: 'CRON_NEVER_FIRES'}]};
};

/** Of an expression that was accepted before. */
export const cronOf = (expression: string): Cron => {
	const parsed = parseCron(expression);
	if ('cron' in parsed) return parsed.cron;
	throw new Error(`Not a cron expression: ${expression}`);
};

const isProblem = (read: number[] | CronProblem): read is CronProblem => !Array.isArray(read);
const isRestricted = (text: string): boolean => !/^[*?]/.test(text);

const daysAtMost = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Every date that some year has falls on every day of the week within 400 years: only the length of the months can forbid. */
const canFire = ({daysOfMonth, months, eitherDay}: Cron): boolean =>
	eitherDay || months.some(month => daysOfMonth[0]! <= daysAtMost[month - 1]!);

const readField = (field: CronField, text: string): number[] | CronProblem => {
	const values = new Set<number>();
	for (const part of text.split(',')) {
		const read = readPart(field, part);
		if (isProblem(read)) return read;
		for (const value of read) values.add(value);
	}
	return [...values].toSorted((a, b) => a - b);
};

const readPart = (field: CronField, part: string): number[] | CronProblem => {
	const {min, max} = fields[field];
	const found = /^(?:([*?])|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
	if (!found) return {code: 'CRON_NOT_UNDERSTOOD', field, value: excerpt(part)};
	const [, star, first, last, every] = found;
	const step = Number(every ?? 1);
	if (step < 1 || step > greatest(field)) {
		return {code: 'CRON_STEP_OUT_OF_RANGE', field, value: excerpt(every!), min: 1, max: greatest(field)};
	}
	if (star) return steps(min, max, step);

	for (const word of [first, last]) {
		const problem = word === undefined ? null : problemOf(field, word);
		if (problem) return problem;
	}
	const start = valueOf(field, first!)!;
	if (last === undefined)
		return every === undefined ? [start % cycle(field)] : steps(start, Math.max(start, max), step);
	const written = valueOf(field, last)!;
	const end = field === 'dayOfWeek' && written === 0 && start > 0 ? 7 : written;
	if (end < start) return {code: 'CRON_RANGE_BACKWARDS', field, value: excerpt(part)};
	return steps(start, end, step).map(value => value % cycle(field));
};

const problemOf = (field: CronField, word: string): CronProblem | null => {
	const {min} = fields[field];
	const value = valueOf(field, word);
	if (value === null) return {code: 'CRON_NOT_UNDERSTOOD', field, value: excerpt(word)};
	if (value >= min && value <= greatest(field)) return null;
	return {code: 'CRON_OUT_OF_RANGE', field, value: excerpt(word), min, max: greatest(field)};
};

const valueOf = (field: CronField, word: string): number | null => {
	if (/^\d+$/.test(word)) return Number(word);
	const {min, names} = fields[field];
	const index = names.indexOf(word.toUpperCase());
	return index === -1 ? null : min + index;
};

/** That may be written: Sunday is 7 too. */
const greatest = (field: CronField): number => (field === 'dayOfWeek' ? 7 : fields[field].max);

/** Days of the week begin again at 7; the values of other fields never come so far. */
const cycle = (field: CronField): number => (field === 'dayOfWeek' ? 7 : Infinity);

const steps = (start: number, end: number, step: number): number[] =>
	Array.from({length: Math.floor((end - start) / step) + 1}, (_, index) => start + index * step);

/** Enough of it to find it again. */
const excerpt = (text: string): string => (text.length > 20 ? `${text.slice(0, 20)}…` : text);
