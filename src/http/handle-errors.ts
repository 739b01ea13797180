import {isDatabaseAway} from '../database-away.ts';
import {AppError} from '../errors.ts';
import type {AppMiddleware} from './context.ts';
import {toProblem} from './problem.ts';

/**
 * Makes a problem document of whatever was thrown. What was not thrown on purpose is logged with its stack and answered as
 * INTERNAL_ERROR: no word of it leaves the service.
 */
export const handleErrors = (): AppMiddleware => async (ctx, next) => {
	try {
		await next();
	} catch (thrown) {
		const error = toAppError(thrown);
		const {language, requestId, log} = ctx.state;
		if (error.code === 'INTERNAL_ERROR') log.error({err: thrown}, 'request failed');
		else if (error.status >= 500) log.warn({err: thrown}, 'request failed');
		for (const header of describesTheAnswer) ctx.remove(header);
		ctx.state.errorCode = error.code;
		ctx.status = error.status;
		const problem = toProblem(error, {language, requestId, instance: ctx.path});
		const page = ctx.accepts('json', 'html') === 'html' ? ctx.state.problemPage?.(problem, language) : undefined;
		ctx.body = page ?? problem;
		ctx.type = page ? 'text/html' : 'application/problem+json';
		ctx.set('Cache-Control', 'no-store');
		if (error.status === 401) ctx.set('WWW-Authenticate', challengeOf(error));
		if (error.status === 503 || error.status === 429 || 'retryAfterSeconds' in error.params)
			ctx.set('Retry-After', retryAfter(error));
	}
};

// Set by a handler before it failed, for an answer that is not given.
const describesTheAnswer = ['ETag', 'Location', 'Last-Modified', 'Content-Disposition', 'Content-Type'];

const toAppError = (thrown: unknown): AppError => {
	if (thrown instanceof AppError) return thrown;
	return new AppError(isDatabaseAway(thrown) ? 'DATABASE_UNAVAILABLE' : 'INTERNAL_ERROR');
};

/** RFC 6750, 3.1: who sent no token is told nothing but how to send one. */
const challengeOf = ({code}: AppError): string =>
	code === 'TOKEN_INVALID' || code === 'TOKEN_EXPIRED' ? 'Bearer error="invalid_token"' : 'Bearer';

const retryAfter = ({params}: AppError): string => {
	const seconds = params['retryAfterSeconds'];
	return String(typeof seconds === 'number' ? Math.max(1, Math.ceil(seconds)) : 5);
};
