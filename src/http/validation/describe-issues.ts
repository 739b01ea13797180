import type {z} from 'zod';
import type {FieldError} from '../../errors.ts';
import {type Language, type TextKey, translate, type ValidationCode, validationCodes} from '../../i18n/translate.ts';
import {formatPath} from './field-path.ts';

type Issue = z.core.$ZodIssue;

/** What fills a blank and has words of its own in every language. */
export interface Term {
	text: TextKey;
}
type Params = Record<string, string | number | Term>;

interface Finding {
	code: ValidationCode;
	path: PropertyKey[];
	params?: Params;
}

// A body of a megabyte may hold a hundred thousand bad fields; nobody reads on after a hundred.
const mostErrors = 100;

/** What zod found, one line for each bad field, in the reader's language. Values of the request are not repeated, unless a schema's own rule names one. */
export const describeIssues = (issues: readonly Issue[], language: Language): FieldError[] =>
	issues
		.flatMap(findings)
		.slice(0, mostErrors)
		.map(({code, path, params}) => ({
			path: formatPath(path),
			code,
			message: translate(language, `validation.${code}`, inWords(params, language)),
		}));

const inWords = (params: Params = {}, language: Language): Record<string, string | number> =>
	Object.fromEntries(
		Object.entries(params).map(([name, value]) => [
			name,
			typeof value === 'object' ? translate(language, value.text) : value,
		]),
	);

const findings = (issue: Issue): Finding[] => {
	const {path} = issue;
	switch (issue.code) {
		case 'invalid_type':
			if (issue.input === undefined) return [{code: 'REQUIRED', path}];
			return [{code: 'INVALID_TYPE', path, params: {expected: issue.expected}}];
		case 'unrecognized_keys':
			return issue.keys.map(key => ({code: 'UNRECOGNIZED_KEY', path: [...path, key]}));
		case 'too_small':
			return [bound(path, 'too_small', issue.origin, issue.minimum, issue.inclusive)];
		case 'too_big':
			return [bound(path, 'too_big', issue.origin, issue.maximum, issue.inclusive)];
		case 'invalid_value':
			if (issue.input === undefined) return [{code: 'REQUIRED', path}];
			return [{code: 'INVALID_VALUE', path, params: {values: issue.values.map(String).join(', ')}}];
		case 'invalid_format':
			return [format(path, issue)];
		case 'not_multiple_of':
			return [{code: 'NOT_MULTIPLE_OF', path, params: {divisor: issue.divisor}}];
		case 'invalid_union':
			return union(issue);
		case 'invalid_key':
			return issue.issues.flatMap(inner => findings({...inner, path: [...path, ...inner.path]}));
		case 'custom':
			return [custom(path, issue.params)];
		default:
			return [{code: 'INVALID', path}];
	}
};

const boundCodes = {
	too_small: {characters: 'TOO_SHORT', items: 'TOO_FEW', inclusive: 'TOO_SMALL', exclusive: 'NOT_ABOVE'},
	too_big: {characters: 'TOO_LONG', items: 'TOO_MANY', inclusive: 'TOO_BIG', exclusive: 'NOT_BELOW'},
} as const;
const collections = ['array', 'set', 'map', 'object', 'record'];

/** "At least 3 characters", "at least 3 items", "at least 3", "more than 3": what is counted makes the sentence. */
const bound = (
	path: PropertyKey[],
	side: keyof typeof boundCodes,
	origin: string,
	limit: number | bigint,
	inclusive = true,
): Finding => {
	const codes = boundCodes[side];
	const params = {limit: String(limit)};
	if (origin === 'string') return {code: codes.characters, path, params};
	if (collections.includes(origin)) return {code: codes.items, path, params};
	return {code: inclusive ? codes.inclusive : codes.exclusive, path, params};
};

const format = (path: PropertyKey[], issue: z.core.$ZodIssueInvalidStringFormat): Finding =>
	issue.format === 'regex' && issue.pattern
		? {code: 'INVALID_PATTERN', path, params: {pattern: issue.pattern}}
		: {code: 'INVALID_FORMAT', path, params: {format: issue.format}};

/**
 * A union says most through the field that tells its choices apart, or else through the choice that came nearest: the one with
 * the deepest complaint that is not about its type.
 */
const union = (issue: z.core.$ZodIssueInvalidUnion): Finding[] => {
	if (issue.discriminator !== undefined) return [discriminator(issue)];
	const choices = issue.errors.filter(choice =>
		choice.some(inner => inner.code !== 'invalid_type' || inner.path.length > 0),
	);
	const [nearest] = choices.toSorted((a, b) => a.length - b.length);
	if (!nearest) return [{code: 'INVALID', path: issue.path}];
	return nearest.flatMap(inner => findings({...inner, path: [...issue.path, ...inner.path]}));
};

const discriminator = (issue: z.core.$ZodIssueInvalidUnion): Finding => {
	const {path, input, discriminator: key} = issue;
	const isAbsent = typeof input === 'object' && input !== null && !Object.hasOwn(input, key!);
	if (isAbsent) return {code: 'REQUIRED', path};
	const values = 'options' in issue ? (issue.options ?? []) : [];
	return {code: 'INVALID_VALUE', path, params: {values: values.map(String).join(', ')}};
};

/** A schema's own rule names its sentence: `params: {code: 'DUPLICATE', …}`; the other params fill the blanks. */
const custom = (path: PropertyKey[], params: Record<string, unknown> = {}): Finding => {
	const {code, ...blanks} = params;
	const known = validationCodes.find(candidate => candidate === code);
	if (!known) return {code: 'INVALID', path};
	return {code: known, path, params: blanks as Params};
};
