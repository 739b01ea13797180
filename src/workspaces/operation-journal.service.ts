import type {Observation} from '../containers/container-runtime.ts';
import {AppError, isErrorCode} from '../errors.ts';
import {finishOperation} from './finish-operation.ts';
import {observe} from './observe.ts';
import {Operation} from './operation.entity.ts';
import type {Failure, OperationStep} from './operation.schema.ts';
import {type StepWork, toStepWork} from './step-work.ts';
import type {OperationRef} from './workspace.contract.ts';
import type {Bootstrap} from './workspace.schema.ts';
import type {LockedWorkspace, WorkspaceTransactions} from './workspace-transaction.ts';

type Locked = LockedWorkspace & {operation: Operation};

const stepEvents = {running: 'stepRunning', done: 'stepDone', failed: 'stepFailed', reverted: 'stepReverted'} as const;

export type OperationJournal = ReturnType<typeof createOperationJournal>;

/**
 * How a running operation goes on, written down before and after each step, so that everyone can see it and another worker can take over.
 * What it answers is what to do next; null: nothing is left, the operation has ended.
 */
export const createOperationJournal = ({transactions}: {transactions: WorkspaceTransactions}) => {
	const within = <T>(ref: OperationRef, work: (locked: Locked) => Promise<T> | T): Promise<T> =>
		transactions.locked(
			ref.workspaceId,
			async locked => {
				const operation = await locked.tx.findOne(Operation, {id: ref.operationId, workspace: ref.workspaceId});
				if (!operation) throw new AppError('OPERATION_NOT_FOUND');
				return work({...locked, operation});
			},
			{alsoDeleted: true},
		);

	return {
		/** The step to try now. Rejects with the operation's failure, or CANCELLED, when it is being undone already. */
		begin: (ref: OperationRef): Promise<StepWork | null> =>
			within(ref, locked => {
				const {operation} = locked;
				if (operation.status !== 'running') return null;
				if (operation.error && isErrorCode(operation.error.code)) throw new AppError(operation.error.code);
				if (operation.steps.some(step => step.status === 'reverted')) throw new AppError('CANCELLED');
				return tryNext(locked);
			}),

		/** The step has ended, for good or with a failure that stops nothing. `observation` is what the engine says after it. */
		advance: (ref: OperationRef, step: string, observation: Observation | null, failure: Failure | null) =>
			within(ref, (locked): StepWork | null => {
				const status = failure ? 'failed' : 'done';
				changeStep(locked, step, {status, finishedAt: new Date().toISOString(), error: failure});
				if (observation) observe(locked.workspace, observation);
				return tryNext(locked);
			}),

		/** What the attempt failed with. After the last one the operation has failed, and is to be undone. */
		failAttempt: (ref: OperationRef, step: string, error: Failure, isLast: boolean): Promise<void> =>
			within(ref, locked => {
				changeStep(locked, step, isLast ? {status: 'failed', finishedAt: new Date().toISOString(), error} : {error});
				if (isLast) locked.operation.error ??= error;
			}),

		/** The newest step that was begun and is not undone yet. */
		beginRevert: (ref: OperationRef): Promise<StepWork | null> =>
			within(ref, locked => (locked.operation.status === 'running' ? revertNext(locked) : null)),

		/** What the step made is undone. */
		reverted: (ref: OperationRef, step: string, observation: Observation): Promise<StepWork | null> =>
			within(ref, locked => {
				changeStep(locked, step, {status: 'reverted', finishedAt: new Date().toISOString()});
				observe(locked.workspace, observation);
				return revertNext(locked);
			}),

		/** The image that the operation's new generation runs is known now. */
		pinImage: (ref: OperationRef, image: string): Promise<void> =>
			within(ref, ({operation}) => {
				operation.pinnedImage = image;
			}),

		/** How far checkout and set-up came. */
		bootstrap: (ref: OperationRef, state: Bootstrap): Promise<void> =>
			within(ref, ({workspace}) => {
				workspace.bootstrap = state;
			}),
	};
};

const tryNext = (locked: Locked): StepWork | null => {
	const {operation, workspace} = locked;
	const next = operation.steps.find(step => step.status === 'running' || step.status === 'pending');
	if (!next) {
		finishOperation(locked, operation, 'succeeded');
		return null;
	}
	const startedAt = next.startedAt ?? new Date().toISOString();
	changeStep(locked, next.name, {status: 'running', attempt: next.attempt + 1, startedAt});
	return toStepWork(workspace, operation, next.name);
};

const revertNext = (locked: Locked): StepWork | null => {
	const {operation, workspace} = locked;
	const next = operation.steps.findLast(step => step.status !== 'pending' && step.status !== 'reverted');
	if (next) return toStepWork(workspace, operation, next.name);
	finishOperation(locked, operation, operation.error ? 'failed' : 'cancelled');
	return null;
};

const changeStep = ({operation, workspace, record}: Locked, name: string, change: Partial<OperationStep>): void => {
	operation.steps = operation.steps.map(step => (step.name === name ? {...step, ...change} : step));
	if (!change.status || change.status === 'pending') return;
	record(workspace.id, 'step', stepEvents[change.status], {
		operationId: operation.id,
		kind: operation.kind,
		step: name,
		attempt: operation.steps.find(step => step.name === name)?.attempt ?? 0,
	});
};
