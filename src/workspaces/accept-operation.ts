import {v7 as uuid} from 'uuid';
import {Operation} from './operation.entity.ts';
import type {OperationStep} from './operation.schema.ts';
import type {LockedWorkspace} from './workspace-transaction.ts';
import {desiredAfterAccepting, type OperationKind} from './workspace-lifecycle.ts';
import type {Reason} from './workspace.schema.ts';

export const pendingSteps = (names: string[]): OperationStep[] =>
	names.map(name => ({
		name,
		status: 'pending',
		attempt: 0,
		startedAt: null,
		finishedAt: null,
		error: null,
		nextTryAt: null,
	}));

/** Puts an operation into the workspace's queue, under its lock. From the commit on it is accepted: it will reach an end. */
export const acceptOperation = async (
	{tx, workspace, record}: LockedWorkspace,
	kind: OperationKind,
	reason: Reason,
	requestedBy: string | null,
): Promise<Operation> => {
	const newest = await tx.findOne(
		Operation,
		{workspace: workspace.id},
		{orderBy: {number: 'desc'}, fields: ['number']},
	);
	const operation = tx.create(Operation, {
		id: uuid(),
		workspace: workspace.id,
		number: (newest?.number ?? 0) + 1,
		kind,
		status: 'queued',
		reason,
		requestedBy,
		steps: [],
		error: null,
		generation: null,
		previousGeneration: null,
		previousStatus: null,
		pinnedImage: null,
		supersededBy: null,
		createdAt: new Date(),
		startedAt: null,
		finishedAt: null,
	});
	workspace.desired = desiredAfterAccepting[kind] ?? workspace.desired;
	workspace.reason = reason;
	record(workspace.id, 'operation', 'operationQueued', {operationId: operation.id, kind});
	return operation;
};
