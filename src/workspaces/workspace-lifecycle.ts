/**
 * The rules of a workspace's life, without any I/O: what a command does in each situation, and where an operation leaves the workspace.
 */
import type {ErrorCode} from '../errors.ts';

export const desiredStates = ['running', 'stopped', 'deleted'] as const;
export type DesiredState = (typeof desiredStates)[number];

export const workspaceStatuses = [
	'creating',
	'starting',
	'running',
	'stopping',
	'stopped',
	'restarting',
	'deleting',
	'error',
] as const;
export type WorkspaceStatus = (typeof workspaceStatuses)[number];

export const operationKinds = ['create', 'start', 'stop', 'restart', 'rebuild', 'bootstrap', 'delete'] as const;
export type OperationKind = (typeof operationKinds)[number];

/** What may be asked of a workspace that exists. */
export const commands = ['start', 'stop', 'restart', 'rebuild', 'bootstrap', 'delete'] as const;
export type Command = (typeof commands)[number];

export const operationStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded'] as const;
export type OperationStatus = (typeof operationStatuses)[number];

/** `accept`: a new operation, queued behind what runs. `preempt`: the same, and what runs is cancelled. `join`: the one under way serves. */
export type Decision = 'accept' | 'preempt' | 'join' | 'nothingToDo' | ErrorCode;

/** Where the workspace will be when all that was accepted is done: the last operation under way, or the status at rest. */
export type Tail = OperationKind | 'atRestRunning' | 'atRestStopped' | 'atRestError';

const rules: Record<Command, Record<Tail, Decision>> = {
	start: {
		atRestRunning: 'nothingToDo',
		atRestStopped: 'accept',
		atRestError: 'accept',
		create: 'join',
		start: 'join',
		restart: 'join',
		rebuild: 'join',
		bootstrap: 'nothingToDo',
		stop: 'accept',
		delete: 'WORKSPACE_DELETING',
	},
	stop: {
		atRestRunning: 'accept',
		atRestStopped: 'nothingToDo',
		atRestError: 'accept',
		create: 'preempt',
		start: 'preempt',
		restart: 'preempt',
		rebuild: 'preempt',
		bootstrap: 'preempt',
		stop: 'join',
		delete: 'WORKSPACE_DELETING',
	},
	restart: {
		atRestRunning: 'accept',
		atRestStopped: 'WORKSPACE_NOT_RUNNING',
		atRestError: 'accept',
		create: 'accept',
		start: 'accept',
		restart: 'join',
		rebuild: 'join',
		bootstrap: 'accept',
		stop: 'WORKSPACE_NOT_RUNNING',
		delete: 'WORKSPACE_DELETING',
	},
	rebuild: {
		atRestRunning: 'accept',
		atRestStopped: 'accept',
		atRestError: 'accept',
		create: 'accept',
		start: 'accept',
		restart: 'accept',
		rebuild: 'join',
		bootstrap: 'accept',
		stop: 'accept',
		delete: 'WORKSPACE_DELETING',
	},
	bootstrap: {
		atRestRunning: 'accept',
		atRestStopped: 'WORKSPACE_NOT_RUNNING',
		atRestError: 'WORKSPACE_NOT_RUNNING',
		create: 'accept',
		start: 'accept',
		restart: 'accept',
		rebuild: 'accept',
		bootstrap: 'join',
		stop: 'WORKSPACE_NOT_RUNNING',
		delete: 'WORKSPACE_DELETING',
	},
	delete: {
		atRestRunning: 'accept',
		atRestStopped: 'accept',
		atRestError: 'accept',
		create: 'preempt',
		start: 'preempt',
		restart: 'preempt',
		rebuild: 'preempt',
		bootstrap: 'preempt',
		stop: 'preempt',
		delete: 'join',
	},
};

/** Which queued operations (never the running one) a newly accepted command makes pointless. They end as `superseded`. */
const supersedes: Record<Command, readonly OperationKind[]> = {
	start: ['stop'],
	stop: ['create', 'start', 'restart', 'rebuild', 'bootstrap'],
	restart: ['start'],
	rebuild: ['start', 'restart'],
	bootstrap: [],
	delete: ['create', 'start', 'stop', 'restart', 'rebuild', 'bootstrap'],
};

export const decide = (command: Command, tail: Tail): Decision => rules[command][tail];

export const isSuperseded = (queued: OperationKind, by: Command): boolean => supersedes[by].includes(queued);

/** `last` is the kind of the newest operation that is queued or running, null when nothing is. */
export const tailOf = (status: WorkspaceStatus, last: OperationKind | null): Tail => {
	if (last) return last;
	if (status === 'running') return 'atRestRunning';
	return status === 'stopped' ? 'atRestStopped' : 'atRestError';
};

/** Operations that end with a running container. */
export const isUp = (kind: OperationKind): boolean => desiredAfterAccepting[kind] === 'running';

/** Stop and delete go on until the engine has confirmed them. */
export const isPersistent = (kind: OperationKind): boolean => kind === 'stop' || kind === 'delete';

/** What people want once the operation is accepted; null: it changes nothing about that. */
export const desiredAfterAccepting: Record<OperationKind, DesiredState | null> = {
	create: 'running',
	start: 'running',
	restart: 'running',
	rebuild: 'running',
	bootstrap: null,
	stop: 'stopped',
	delete: 'deleted',
};

/** What a command to cancel an operation comes to. A deletion is a one-way gate; what has ended cannot be undone. */
export const decideCancel = (operation: {
	kind: OperationKind;
	status: OperationStatus;
	cancelRequested: boolean;
}): 'accept' | 'join' | 'nothingToDo' | ErrorCode => {
	if (operation.status === 'cancelled') return 'nothingToDo';
	if (operation.status !== 'queued' && operation.status !== 'running') return 'OPERATION_ENDED';
	if (operation.kind === 'delete') return 'OPERATION_NOT_CANCELLABLE';
	return operation.cancelRequested ? 'join' : 'accept';
};

/** What people want after they cancelled something: what they asked for last of all that is still to come, or else that it stays as it is. */
export const desiredAfterCancelling = (
	status: WorkspaceStatus,
	active: readonly {kind: OperationKind; cancelRequested: boolean}[],
): DesiredState => {
	const wishes = active.map(({kind, cancelRequested}) => (cancelRequested ? null : desiredAfterAccepting[kind]));
	return wishes.findLast(wish => wish !== null) ?? (status === 'running' ? 'running' : 'stopped');
};

/** What the workspace shows while the operation runs; null: what it showed before. */
export const statusWhileRunning: Record<OperationKind, WorkspaceStatus | null> = {
	create: 'creating',
	start: 'starting',
	stop: 'stopping',
	restart: 'restarting',
	rebuild: 'restarting',
	bootstrap: null,
	delete: 'deleting',
};

/** Where a finished operation leaves the workspace, given what the engine says afterwards. */
export const statusAfter = (
	kind: OperationKind,
	outcome: 'succeeded' | 'failed' | 'cancelled',
	isRunning: boolean,
): WorkspaceStatus => {
	if (kind === 'delete') return 'deleting';
	if (kind === 'bootstrap') return isRunning ? 'running' : 'error';
	if (outcome === 'succeeded') return kind === 'stop' ? 'stopped' : 'running';
	if (isRunning) return 'running';
	return outcome === 'cancelled' && kind !== 'create' ? 'stopped' : 'error';
};
