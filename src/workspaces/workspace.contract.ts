/**
 * What the API, the workflows and the activities agree on. Ids and names only: nothing that a history should not hold.
 */
import type {OperationKind} from './workspace-lifecycle.ts';

export const workspaceWorkflowId = (workspaceId: string): string => `workspace-${workspaceId}`;
export const operationWorkflowId = (operation: {kind: OperationKind; operationId: string}): string =>
	`${operation.kind}-${operation.operationId}`;

/** The queue of workflows and of activities that only need the database. */
export const MAIN_QUEUE = 'workspace-manager';
/** The schedule that sweeps, and the workflow that it starts. One for each installation of a namespace. */
export const sweepId = (taskQueue: string): string => (taskQueue === MAIN_QUEUE ? 'sweep' : `sweep-${taskQueue}`);
/** The queue of everything that touches one engine or cluster. */
export const containersQueue = (target: string): string => `containers-${target}`;

/** By what an operator can look for workflows. All are keywords. */
export const searchAttributeNames = {
	workspaceId: 'WorkspaceId',
	ownerId: 'OwnerId',
	operationKind: 'OperationKind',
} as const;

export const WAKE = 'wake';
export interface Wake {
	/** The engine hinted that something of the workspace changed: look at it. */
	engineChanged: boolean;
}

export interface WorkspaceInput {
	workspaceId: string;
}

export interface OperationRef {
	operationId: string;
	workspaceId: string;
}

export interface OperationInput extends OperationRef {
	ownerId: string;
	kind: OperationKind;
	target: string;
	/** Only for people to read: what is next is in the database. */
	steps: string[];
}

/** What the mailbox has to do next. */
export type NextStep =
	| {kind: 'operation'; operation: OperationInput; cancelRequested: boolean}
	| {kind: 'observe'; target: string}
	| {kind: 'wait'; milliseconds: number}
	| {kind: 'rest'};
