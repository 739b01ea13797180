import type {z} from 'zod';
import {AppError, type ErrorCode, type FieldError} from '../errors.ts';
import {translate} from '../i18n/translate.ts';
import type {AppContext, RouteContext} from './context.ts';
import {describeIssues} from './validation/describe-issues.ts';
import {findUnstorable} from './validation/unstorable.ts';

/** The request's body by the schema. Rejects with VALIDATION_FAILED and a line for each bad field. No body counts as `{}`. */
export const parseBody = <Schema extends z.ZodType>(ctx: AppContext, schema: Schema): z.output<Schema> =>
	parseValue(ctx, schema, ctx.request.body === undefined ? {} : ctx.request.body);

/** The query string by the schema. A key that comes twice is refused: nobody can know which one was meant. */
export const parseQuery = <Schema extends z.ZodType>(ctx: AppContext, schema: Schema): z.output<Schema> => {
	const values: Record<string, string> = Object.create(null) as Record<string, string>;
	const repeated = new Set<string>();
	for (const [key, value] of new URLSearchParams(ctx.querystring)) {
		if (key in values) repeated.add(key);
		values[key] = value;
	}
	if (repeated.size > 0) {
		const message = translate(ctx.state.language, 'validation.REPEATED');
		refuse([...repeated].map(path => ({path, code: 'REPEATED', message})));
	}
	return parseValue(ctx, schema, {...values});
};

/** The variable parts of the path by the schema, when a name that nobody may have shall be explained. */
export const parsePath = <Schema extends z.ZodType>(ctx: RouteContext, schema: Schema): z.output<Schema> =>
	parseValue(ctx, schema, {...ctx.params});

/** An id of a path. Rejects with `notFound` when it can be nobody's id: a malformed id is an unknown one. */
export const parseId = (id: string | undefined, notFound: ErrorCode): string => {
	if (!id || !uuid.test(id)) throw new AppError(notFound);
	return id.toLowerCase();
};

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** What a request comes to by the schema. Rejects like `parseBody`. */
export const parseValue = <Schema extends z.ZodType>(
	ctx: AppContext,
	schema: Schema,
	value: unknown,
): z.output<Schema> => {
	const unstorable = findUnstorable(value);
	if (unstorable !== null) {
		const message = translate(ctx.state.language, 'validation.INVALID_CHARACTERS');
		refuse([{path: unstorable, code: 'INVALID_CHARACTERS', message}]);
	}
	const parsed = schema.safeParse(value, {reportInput: true});
	if (!parsed.success) refuse(describeIssues(parsed.error.issues, ctx.state.language));
	return parsed.data as z.output<Schema>;
};

const refuse = (fields: FieldError[]): never => {
	throw new AppError('VALIDATION_FAILED', {}, {fields});
};
