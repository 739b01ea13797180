import {agentAdapters} from '../agents/agent-adapters.ts';
import {commandVerdict} from '../agents/command.ts';
import type {RunEnd, Verdict as AgentVerdict} from '../agents/verdict.ts';
import type {Execution} from '../execution.entity.ts';
import type {Verdict} from '../execution-journal.service.ts';
import type {EndedRun} from './run.service.ts';

/** What an attempt came to, by the evidence that there is: how its process ended, and what it wrote. */
export const judge = ({work}: Execution, {end, changes}: EndedRun, output: string): Verdict => {
	const verdict = work.agent === null ? commandVerdict(end) : agentAdapters[work.agent].verdict(output, end);
	const {isRetryable, canResume, sessionId} = verdict;
	const {text, turns, costUsd, tokens} = verdict.result;
	return {
		...outcome(verdict, end, work.timeoutSeconds),
		isRetryable,
		resumes: canResume ? sessionId : null,
		exitCode: end.exitCode,
		sessionId,
		result: {text, turns, costUsd, tokens, ...changes},
	};
};

const outcome = (
	{status, reason}: AgentVerdict,
	{outOfMemory}: RunEnd,
	seconds: number,
): Pick<Verdict, 'status' | 'reason'> => {
	if (reason?.code === 'TIMED_OUT') return {status: 'timedOut', reason: {...reason, params: {seconds}}};
	// The whole container was ended for it.
	if (reason?.code === 'RUN_LOST' && outOfMemory)
		return {status: 'failed', reason: {code: 'OUT_OF_MEMORY', params: {}}};
	return {status, reason};
};
