import type {ErrorParams} from '../../errors.ts';

/** How a supervised process ended, in the supervisor's words. */
export interface RunEnd {
	/** 128 and the signal's number after a signal; null: nobody knows. */
	exitCode: number | null;
	/** `lost`: nobody saw its end. */
	cause: 'exit' | 'timeout' | 'output' | 'lost' | `stopped:${string}`;
	/** The kernel killed something in the workspace for want of memory while it ran. */
	outOfMemory: boolean;
	/** The last of what it wrote to its standard error. */
	errorTail: string;
}

/** Every reason for not having succeeded, and whether the same again, a while later, may succeed. */
export const verdictReasons = {
	// the process
	TIMED_OUT: {isRetryable: false},
	OUTPUT_TOO_LARGE: {isRetryable: false},
	STOPPED: {isRetryable: false},
	RUN_LOST: {isRetryable: false},
	NO_RESULT: {isRetryable: false},
	OUT_OF_MEMORY: {isRetryable: false},
	COMMAND_NOT_FOUND: {isRetryable: false},
	EXITED: {isRetryable: false},
	// the agent
	AGENT_BAD_ARGUMENTS: {isRetryable: false},
	AGENT_SESSION_NOT_FOUND: {isRetryable: false},
	AGENT_PROJECT_SETTINGS: {isRetryable: false},
	AGENT_TURN_LIMIT: {isRetryable: false},
	AGENT_BUDGET_EXHAUSTED: {isRetryable: false},
	AGENT_FAILED: {isRetryable: false},
	// the model and its provider
	AGENT_AUTHENTICATION_FAILED: {isRetryable: false},
	AGENT_REQUEST_REFUSED: {isRetryable: false},
	AGENT_OUTPUT_LIMIT: {isRetryable: false},
	AGENT_REFUSED: {isRetryable: false},
	AGENT_RATE_LIMITED: {isRetryable: true},
	AGENT_OVERLOADED: {isRetryable: true},
	AGENT_PROVIDER_ERROR: {isRetryable: true},
} as const satisfies Record<string, {isRetryable: boolean}>;

export type ReasonCode = keyof typeof verdictReasons;

export interface Reason {
	code: ReasonCode;
	params: ErrorParams;
}

/** `unknown`: nothing says that it succeeded, and nothing that it failed. */
export interface Verdict {
	status: 'succeeded' | 'failed' | 'unknown';
	reason: Reason | null;
	isRetryable: boolean;
	/** `sessionId` can be gone on with. */
	canResume: boolean;
	sessionId: string | null;
	model: string | null;
	result: AgentResult;
}

/** What is null the agent did not say; one that was killed says little. */
export interface AgentResult {
	/** What it last said. */
	text: string | null;
	turns: number | null;
	costUsd: number | null;
	tokens: Tokens | null;
	/** `session`: a session that was resumed counts on from its earlier runs. */
	usageOf: 'run' | 'session';
}

export interface Tokens {
	input: number;
	output: number;
	cacheRead: number;
	cacheWrite: number;
}

/** What an agent's output says of itself. */
export interface Evidence {
	sessionId: string | null;
	model: string | null;
	result: AgentResult;
	/** It said that it has done what it was asked. */
	isComplete: boolean;
	/** It said what went wrong, or something else of it did. */
	failure: Reason | null;
}

/** Success needs both: exit code 0, and the agent's own word. */
export const conclude = (end: RunEnd, evidence: Evidence): Verdict => {
	const {sessionId, model, result} = evidence;
	const reason = whyNot(end, evidence);
	const isUnknown = reason?.code === 'RUN_LOST' || reason?.code === 'NO_RESULT';
	return {
		status: reason === null ? 'succeeded' : isUnknown ? 'unknown' : 'failed',
		reason,
		isRetryable: reason !== null && verdictReasons[reason.code].isRetryable,
		canResume: sessionId !== null && reason?.code !== 'AGENT_SESSION_NOT_FOUND',
		sessionId,
		model,
		result,
	};
};

const whyNot = (end: RunEnd, {failure, isComplete, sessionId}: Evidence): Reason | null => {
	const {exitCode} = end;
	const outside = endedFromOutside(end);
	if (outside) return outside;
	if (failure) return failure;
	if (exitCode === 0) return isComplete ? null : {code: 'NO_RESULT', params: {}};
	if (end.outOfMemory) return {code: 'OUT_OF_MEMORY', params: {exitCode}};
	const missing = missingCommand(end);
	if (missing) return missing;
	const message = lastLine(end.errorTail);
	// One that has begun says so; before that, only the command line can be wrong.
	if (sessionId === null && message !== '') return {code: 'AGENT_BAD_ARGUMENTS', params: {exitCode, message}};
	return {code: 'AGENT_FAILED', params: {exitCode, message}};
};

/** What the supervisor did, or could not do. */
export const endedFromOutside = ({cause}: RunEnd): Reason | null => {
	if (cause === 'lost') return {code: 'RUN_LOST', params: {}};
	if (cause === 'timeout') return {code: 'TIMED_OUT', params: {}};
	if (cause === 'output') return {code: 'OUTPUT_TOO_LARGE', params: {}};
	if (cause !== 'exit') return {code: 'STOPPED', params: {by: cause.slice('stopped:'.length)}};
	return null;
};

/** The supervisor could not start the command; a program that itself ends with such a code says something else. */
export const missingCommand = ({exitCode, errorTail}: RunEnd): Reason | null => {
	if (exitCode !== 126 && exitCode !== 127) return null;
	const command = /^env: ['‘](.*)['’]: /.exec(lastLine(errorTail))?.[1];
	return command === undefined ? null : {code: 'COMMAND_NOT_FOUND', params: {command}};
};

/** What an answer of the model's provider means; a status of null: there was none. */
export const providerReason = (status: number | null, message: string): Reason => ({
	code: providerCode(status),
	params: {status, message: short(message)},
});

const providerCode = (status: number | null): ReasonCode => {
	if (status === 401 || status === 403) return 'AGENT_AUTHENTICATION_FAILED';
	if (status === 429) return 'AGENT_RATE_LIMITED';
	if (status === 529) return 'AGENT_OVERLOADED';
	if (status === null || status === 408 || status >= 500) return 'AGENT_PROVIDER_ERROR';
	return 'AGENT_REQUEST_REFUSED';
};

/** For a person to read; what a provider says may be a page. */
export const short = (message: string): string => (message.length > 300 ? `${message.slice(0, 299)}…` : message);

const lastLine = (text: string): string => short(text.trim().split('\n').at(-1) ?? '');
