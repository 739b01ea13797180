import {AppError} from './errors.ts';

/**
 * An error as it may be logged: name, code, message, stack and causes. A field list and nothing else, since errors of a
 * database or an HTTP client carry rows, parameters and headers that are nobody's business.
 */
export const describeError = (error: unknown, depth = 0): unknown => {
	if (!(error instanceof Error)) return {message: String(error)};
	const code: unknown = 'code' in error ? error.code : undefined;
	return {
		type: error.name,
		code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
		message: withoutRow(error, error.message),
		params: error instanceof AppError ? error.params : undefined,
		stack: withoutRow(error, error.stack ?? ''),
		cause: error.cause !== undefined && depth < 3 ? describeError(error.cause, depth + 1) : undefined,
	};
};

/** PostgreSQL's `detail` quotes the row that it refused, and the ORM makes it part of the message. */
const withoutRow = (error: Error, text: string): string =>
	'detail' in error && typeof error.detail === 'string' && error.detail ? text.replaceAll(error.detail, '…') : text;
