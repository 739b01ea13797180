import {ApplicationFailure} from '@temporalio/common';
import {AppError, retryOf} from '../src/errors.ts';
import type {Failure} from '../src/workspaces/operation.schema.ts';

/** How often something that may mend itself is tried, other than an engine that does not answer. */
const ATTEMPTS = 5;

export const toFailure = (error: unknown): Failure => {
	if (error instanceof AppError) return {code: error.code, params: error.params};
	return {code: 'INTERNAL_ERROR', params: {}};
};

/**
 * Is this the last attempt? Engines and databases that are away come back, so they are waited for, for ever and visibly; what can be
 * mended gets a few attempts; a mistake in the request gets none. `persistent` operations (stop, delete, reverting) never give up.
 */
export const isLastAttempt = (error: unknown, attempt: number, persistent: boolean): boolean => {
	if (persistent) return false;
	if (!(error instanceof AppError)) return attempt >= ATTEMPTS;
	const retry = retryOf(error.code);
	return retry !== 'forever' && (!retry || attempt >= ATTEMPTS);
};

/** What a history may hold of a failure: its code. The facts are in the database. */
export const toApplicationFailure = (error: unknown, isLast: boolean): ApplicationFailure => {
	const {code} = toFailure(error);
	return ApplicationFailure.create({message: code, type: code, nonRetryable: isLast});
};
