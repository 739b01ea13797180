import type {EntityManager} from '@mikro-orm/postgresql';
import type {Observation} from '../containers/container-runtime.ts';
import {AppError, isErrorCode} from '../errors.ts';
import {afterCommit} from '../transaction.ts';
import {finishOperation} from './finish-operation.ts';
import {observe} from './observe.ts';
import {Operation} from './operation.entity.ts';
import type {Failure, OperationStep} from './operation.schema.ts';
import {isPastReturn, type StepWork, toStepWork} from './step-work.ts';
import type {OperationRef} from './workspace.contract.ts';
import {Workspace} from './workspace.entity.ts';
import type {Bootstrap} from './workspace.schema.ts';
import type {LockedWorkspace, WorkspaceTransactions} from './workspace-transaction.ts';

type Locked = LockedWorkspace & {operation: Operation};

const stepEvents = {
	running: 'stepRunning',
	done: 'stepDone',
	failed: 'stepFailed',
	reverting: 'stepReverting',
	reverted: 'stepReverted',
} as const;

export type OperationJournal = ReturnType<typeof createOperationJournal>;

/**
 * How a running operation goes on, written down before and after each step, so that everyone can see it and another worker can take over.
 * What it answers is what to do next; null: nothing is left, the operation has ended. Only the attempt that was begun last may write: whoever was
 * taken for dead and comes back is refused with STALE_ATTEMPT.
 */
export const createOperationJournal = ({
	em,
	transactions,
	onEnded = () => {},
}: {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	/** Hears of every workspace in which an operation has ended. */
	onEnded?: (workspaceId: string) => void;
}) => {
	const within = <T>(ref: OperationRef, work: (locked: Locked) => Promise<T> | T): Promise<T> =>
		transactions.locked(
			ref.workspaceId,
			async locked => {
				const operation = await locked.tx.findOne(Operation, {id: ref.operationId, workspace: ref.workspaceId});
				if (!operation) throw new AppError('OPERATION_NOT_FOUND');
				const result = await work({...locked, operation});
				if (!operation.isActive()) afterCommit(() => onEnded(ref.workspaceId));
				return result;
			},
			{alsoDeleted: true},
		);

	const withinAttempt = <T>(work: StepWork, write: (locked: Locked) => Promise<T> | T): Promise<T> =>
		within(work.ref, locked => {
			const step = locked.operation.steps.find(({name}) => name === work.step);
			const isCurrent =
				locked.operation.status === 'running' && step?.attempt === work.attempt && step.status === work.status;
			if (!isCurrent) throw new AppError('STALE_ATTEMPT', {step: work.step, attempt: work.attempt});
			return write(locked);
		});

	return {
		/** The step to try now. Rejects with the operation's failure, or CANCELLED, when it is being undone already. */
		begin: (ref: OperationRef): Promise<StepWork | null> =>
			within(ref, locked => {
				const {operation} = locked;
				if (operation.status !== 'running') return null;
				if (operation.error && isErrorCode(operation.error.code)) throw new AppError(operation.error.code);
				if (operation.steps.some(isUndone)) throw new AppError('CANCELLED');
				return tryNext(locked);
			}),

		/** The step has ended, for good or with a failure that stops nothing. `observation` is what the engine says after it. */
		advance: (work: StepWork, observation: Observation | null, failure: Failure | null): Promise<StepWork | null> =>
			withinAttempt(work, locked => {
				changeStep(locked, work.step, {...ended(failure ? 'failed' : 'done'), error: failure});
				if (observation) observe(locked.workspace, observation);
				return tryNext(locked);
			}),

		/**
		 * What the attempt failed with, and when the next one will be. Without a next one the operation has failed, and is to be undone; undoing is
		 * always tried again.
		 */
		failAttempt: (work: StepWork, error: Failure, nextTryAt: Date | null): Promise<void> =>
			withinAttempt(work, locked => {
				if (nextTryAt) return changeStep(locked, work.step, {error, nextTryAt: nextTryAt.toISOString()});
				changeStep(locked, work.step, {...ended('failed'), error});
				locked.operation.error ??= error;
			}),

		/** The newest step that was begun and is not undone yet; when there is no way back any more, the next one forward. */
		beginRevert: (ref: OperationRef): Promise<StepWork | null> =>
			within(ref, async locked => {
				const {operation, workspace} = locked;
				if (operation.status !== 'running') return null;
				return isPastReturn(workspace, operation) ? tryNext(locked) : revertNext(locked);
			}),

		/**
		 * How it goes on cannot be written down: it ends with a code that says so, and leaves its workspace in error. A delete does not end: it is
		 * begun again.
		 */
		async giveUp({operationId, workspaceId}: OperationRef): Promise<void> {
			const failure = {code: 'INTERNAL_ERROR', params: {}};
			const ended = await em
				.fork()
				.nativeUpdate(
					Operation,
					{id: operationId, status: 'running', kind: {$ne: 'delete'}},
					{status: 'failed', error: failure, finishedAt: new Date()},
				);
			if (ended > 0) await em.fork().nativeUpdate(Workspace, {id: workspaceId}, {status: 'error', reason: failure});
		},

		/** What the step made is undone. */
		reverted: (work: StepWork, observation: Observation): Promise<StepWork | null> =>
			withinAttempt(work, locked => {
				changeStep(locked, work.step, ended('reverted'));
				observe(locked.workspace, observation);
				return revertNext(locked);
			}),

		/** The image that the operation's new generation runs is known now. */
		pinImage: (work: StepWork, image: string): Promise<void> =>
			withinAttempt(work, ({operation}) => {
				operation.pinnedImage = image;
			}),

		/** How far checkout and set-up came. */
		bootstrap: (work: StepWork, state: Bootstrap): Promise<void> =>
			withinAttempt(work, ({workspace}) => {
				workspace.bootstrap = state;
			}),
	};
};

const isUndone = ({status}: OperationStep): boolean => status === 'reverting' || status === 'reverted';

const ended = (status: 'done' | 'failed' | 'reverted') => ({
	status,
	finishedAt: new Date().toISOString(),
	nextTryAt: null,
});

const tryNext = async (locked: Locked): Promise<StepWork | null> => {
	const {operation} = locked;
	const next = operation.steps.find(step => step.status === 'running' || step.status === 'pending');
	if (next) return attempt(locked, next, 'running');
	await finishOperation(locked, operation, 'succeeded');
	return null;
};

const revertNext = async (locked: Locked): Promise<StepWork | null> => {
	const {operation} = locked;
	const next = operation.steps.findLast(step => step.status !== 'pending' && step.status !== 'reverted');
	if (next) return attempt(locked, next, 'reverting');
	await finishOperation(locked, operation, operation.error ? 'failed' : 'cancelled');
	return null;
};

/** Attempts at doing a step and attempts at undoing it are counted apart. */
const attempt = (locked: Locked, step: OperationStep, status: 'running' | 'reverting'): StepWork => {
	const startedAt = step.startedAt ?? new Date().toISOString();
	const number = step.status === status ? step.attempt + 1 : 1;
	changeStep(locked, step.name, {status, attempt: number, startedAt, nextTryAt: null});
	return toStepWork(locked.workspace, locked.operation, {step: step.name, status, attempt: number});
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
