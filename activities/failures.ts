import {ApplicationFailure, CancelledFailure} from '@temporalio/common';
import {isDatabaseAway} from '../src/database-away.ts';
import {AppError, attemptLimit} from '../src/errors.ts';
import type {Failure} from '../src/workspaces/operation.schema.ts';

export const toFailure = (error: unknown): Failure => {
	if (error instanceof AppError) return {code: error.code, params: error.params};
	return {code: isDatabaseAway(error) ? 'DATABASE_UNAVAILABLE' : 'INTERNAL_ERROR', params: {}};
};

/**
 * Is this the last attempt? Engines and databases that are away come back, so they are waited for, for ever and visibly; what can be
 * mended gets a few attempts; a mistake in the request gets none. `persistent` operations (stop, delete, reverting) never give up.
 */
export const isLastAttempt = (error: unknown, attempt: number, persistent: boolean): boolean => {
	const limit = persistent ? null : attemptLimit(toFailure(error).code);
	return limit !== null && attempt >= limit;
};

/**
 * The database, or our own code, refuses the work and has done so often enough: trying again leads nowhere. What is away is never that, and what has
 * a code is for the work itself to judge.
 */
export const isRefused = (error: unknown, attempt: number): boolean =>
	!isForTemporal(error) && toFailure(error).code === 'INTERNAL_ERROR' && isLastAttempt(error, attempt, false);

/** What an activity tells Temporal on purpose. */
const isForTemporal = (error: unknown): error is Error =>
	error instanceof ApplicationFailure || error instanceof CancelledFailure;

/** How long to wait after so many attempts at a step: 0.5 s, 1 s, 2 s, … 5 s at most. */
export const retryDelayMs = (attempt: number): number => Math.min(500 * 2 ** (attempt - 1), 5000);

/** What a history may hold of a failure: its code. The facts are in the database. `delayMs` is when it is tried again; null: never. */
export const toApplicationFailure = (error: unknown, delayMs: number | null): ApplicationFailure => {
	const {code} = toFailure(error);
	return ApplicationFailure.create({
		message: code,
		type: code,
		...(delayMs === null ? {nonRetryable: true} : {nextRetryDelay: delayMs}),
	});
};

/**
 * What an activity rejected with at this attempt, as Temporal may know it. Messages of a database or an engine carry rows and settings, so only the
 * code goes into the history. It is tried again by the rule of the workflow that asked, unless it is refused for good.
 */
export const toTemporalFailure = (error: unknown, attempt: number): Error => {
	if (isForTemporal(error)) return error;
	const {code} = toFailure(error);
	return ApplicationFailure.create({message: code, type: code, nonRetryable: isRefused(error, attempt)});
};
