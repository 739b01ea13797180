import {allowedOperationsOn} from '../access/permissions.ts';
import type {Reader} from '../access/reader.ts';
import {type Language, translate} from '../i18n/translate.ts';
import {en} from '../i18n/en.ts';
import {isErrorCode} from '../errors.ts';
import {describeFailure} from '../workspaces/wording.ts';
import type {Reason} from '../workspaces/workspace.schema.ts';
import type {Execution} from './execution.entity.ts';
import type {ExecutionFacts, ExecutionView} from './execution.schema.ts';

/** What the API shows of an execution to this reader. */
export const viewExecution = (execution: Execution, reader: Reader): ExecutionView => ({
	...executionFacts(execution, reader.language),
	allowedOperations: allowedOperationsOn('execution', reader),
});

/** The same for whoever has no role: a webhook's caller, and who is notified. */
export const executionFacts = (execution: Execution, language: Language): ExecutionFacts => ({
	id: execution.id,
	jobId: execution.job,
	workspaceId: execution.workspace,
	trigger: execution.trigger,
	nominalTime: execution.nominalTime.toISOString(),
	status: execution.status,
	reason: execution.reason,
	message: describe(execution, language),
	cancelRequested: execution.cancelReason !== null,
	attempt: execution.attempt,
	notBefore: execution.notBefore?.toISOString() ?? null,
	agent: execution.work.agent,
	model: execution.work.model,
	sessionId: execution.sessionId,
	retryOf: execution.retryOf,
	requestedBy: execution.requestedBy,
	createdAt: execution.createdAt.toISOString(),
	startedAt: execution.startedAt?.toISOString() ?? null,
	finishedAt: execution.finishedAt?.toISOString() ?? null,
	exitCode: execution.exitCode,
	result: execution.result,
});

const describe = ({status, reason}: Execution, language: Language): string => {
	const sentence = translate(language, `executions.${status}`);
	return reason ? `${sentence} ${describeCause(reason, language)}` : sentence;
};

const describeCause = ({code, params}: Reason, language: Language): string => {
	if (isErrorCode(code)) return describeFailure({code, params}, language);
	return code in en.executionReasons
		? translate(language, `executionReasons.${code as keyof typeof en.executionReasons}`, params)
		: code;
};
