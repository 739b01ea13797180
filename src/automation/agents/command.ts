import {endedFromOutside, missingCommand, type Reason, type RunEnd, type Verdict} from './verdict.ts';

/** How a plain command went: its exit code says it all. */
export const commandVerdict = (end: RunEnd): Verdict => {
	const reason = whyNot(end);
	return {
		status: reason === null ? 'succeeded' : reason.code === 'RUN_LOST' ? 'unknown' : 'failed',
		reason,
		isRetryable: false,
		canResume: false,
		sessionId: null,
		model: null,
		result: {text: null, turns: null, costUsd: null, tokens: null, usageOf: 'run'},
	};
};

const whyNot = (end: RunEnd): Reason | null => {
	const {exitCode} = end;
	const outside = endedFromOutside(end);
	if (outside) return outside;
	if (exitCode === 0) return null;
	// A program that handles it may well end with another code.
	if (end.outOfMemory) return {code: 'OUT_OF_MEMORY', params: {exitCode}};
	return missingCommand(end) ?? {code: 'EXITED', params: {exitCode}};
};
