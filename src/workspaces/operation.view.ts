import {allowedOperationsOn} from '../access/permissions.ts';
import type {Reader} from '../access/reader.ts';
import {type Language, translate} from '../i18n/translate.ts';
import type {Operation} from './operation.entity.ts';
import type {OperationStep, OperationView} from './operation.schema.ts';
import {describeFailure, nameOfStep} from './wording.ts';

/** The step in the way: the one being tried, or the last that was. */
export const currentStep = (operation: Operation): OperationStep | null =>
	operation.steps.find(step => step.status === 'running' || step.status === 'reverting') ??
	operation.steps.findLast(step => step.status !== 'pending') ??
	null;

/** What the API shows of an operation to this reader. */
export const viewOperation = (operation: Operation, reader: Reader): OperationView => ({
	id: operation.id,
	workspaceId: operation.workspace,
	number: operation.number,
	kind: operation.kind,
	status: operation.status,
	reason: operation.reason,
	requestedBy: operation.requestedBy,
	steps: operation.steps.map(viewStep),
	error: operation.error,
	message: describeOperation(operation, reader.language),
	cancelRequested: operation.cancelRequested,
	supersededBy: operation.supersededBy,
	createdAt: operation.createdAt.toISOString(),
	startedAt: operation.startedAt?.toISOString() ?? null,
	finishedAt: operation.finishedAt?.toISOString() ?? null,
	allowedOperations: allowedOperationsOn('operation', reader),
});

// The database keeps the keys of JSON in an order of its own.
const viewStep = ({name, status, attempt, startedAt, finishedAt, error, nextTryAt}: OperationStep): OperationStep => ({
	name,
	status,
	attempt,
	startedAt,
	finishedAt,
	error,
	nextTryAt: nextTryAt ?? null,
});

/** How far it is, as a sentence. */
export const describeOperation = (operation: Operation, language: Language): string => {
	const kind = translate(language, `operations.kinds.${operation.kind}`);
	if (operation.status === 'failed' && operation.error) {
		return translate(language, 'operations.failed', {kind, failure: describeFailure(operation.error, language)});
	}
	const step = currentStep(operation);
	if (operation.status !== 'running' || !step) return translate(language, `operations.${operation.status}`, {kind});
	const progress = {
		kind,
		step: nameOfStep(step.name, language),
		position: operation.steps.indexOf(step) + 1,
		of: operation.steps.length,
		attempt: step.attempt,
	};
	const at = operation.isBeingUndone() ? 'undoingStep' : 'atStep';
	const sentence = translate(language, `operations.${at}`, progress);
	if (!step.error || (step.status !== 'running' && step.status !== 'reverting')) return sentence;
	const failure = describeFailure(step.error, language);
	return translate(language, 'operations.inTheWay', {sentence, attempt: step.attempt, failure});
};
