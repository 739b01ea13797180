import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import {subjectOf, whenRunning} from '../quotas/quota.ts';
import type {QuotaService} from '../quotas/quota.service.ts';
import {Operation} from './operation.entity.ts';
import type {Waker} from './waker.ts';
import {decideCancel, desiredAfterCancelling} from './workspace-lifecycle.ts';
import {activeOperations, type LockedWorkspace, type WorkspaceTransactions} from './workspace-transaction.ts';

export interface ListWindow {
	limit: number;
	offset: number;
	newestFirst: boolean;
}

export interface OperationServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	waker: Waker;
	quotas: QuotaService;
}

export type OperationService = ReturnType<typeof createOperationService>;

/** Reads operations, and cancels them. How they go on is in `operation-journal.service.ts`. */
export const createOperationService = ({em, transactions, waker, quotas}: OperationServiceDependencies) => ({
	/** Rejects with OPERATION_NOT_FOUND. */
	async get(id: string): Promise<Operation> {
		const operation = await em.findOne(Operation, {id});
		if (!operation) throw new AppError('OPERATION_NOT_FOUND');
		return operation;
	},

	/**
	 * Asks that the operation be undone. One that waits has ended with that; one that runs is undone by its workflow. Answers whether it has
	 * ended. Rejects with OPERATION_NOT_FOUND, OPERATION_ENDED, OPERATION_NOT_CANCELLABLE, and with QUOTA_EXCEEDED when
	 * the workspace would run after all, and there is no room left for that.
	 */
	async cancel(id: string): Promise<{operation: Operation; decision: 'accept' | 'join' | 'nothingToDo'}> {
		const {workspace: workspaceId} = await this.get(id);
		const result = await transactions.locked(
			workspaceId,
			async locked => {
				const operation = await locked.tx.findOneOrFail(Operation, {id}, {refresh: true});
				const decision = decideCancel(operation);
				if (decision === 'accept') await cancelNow(locked, operation, quotas);
				else if (decision !== 'join' && decision !== 'nothingToDo') {
					throw new AppError(decision, {kind: operation.kind, status: operation.status});
				}
				return {operation, decision};
			},
			{alsoDeleted: true},
		);
		waker.wake(workspaceId);
		return result;
	},

	/** The workspace that the operation belongs to; null: there is no such operation. */
	async workspaceOf(id: string): Promise<string | null> {
		const operation = await em.findOne(Operation, {id}, {fields: ['workspace']});
		return operation?.workspace ?? null;
	},

	/** The operations of a workspace, and how many there are. */
	list: (workspaceId: string, {newestFirst, ...window}: ListWindow): Promise<[Operation[], number]> =>
		em.findAndCount(Operation, {workspace: workspaceId}, {...window, orderBy: {number: newestFirst ? 'desc' : 'asc'}}),

	/** What is under way in these workspaces, by workspace; the running one before the queued ones. */
	async activeOf(workspaceIds: string[]): Promise<Map<string, Operation>> {
		const active = await em.find(
			Operation,
			{workspace: {$in: workspaceIds}, status: {$in: ['queued', 'running']}},
			{orderBy: {number: 'desc'}},
		);
		return new Map(active.map(operation => [operation.workspace, operation]));
	},
});

const cancelNow = async (
	{tx, workspace, record}: LockedWorkspace,
	operation: Operation,
	quotas: QuotaService,
): Promise<void> => {
	operation.cancelRequested = true;
	const params = {operationId: operation.id, kind: operation.kind};
	if (operation.status === 'queued') {
		operation.status = 'cancelled';
		operation.finishedAt = new Date();
		record(workspace.id, 'operation', 'operationCancelled', params);
	} else {
		record(workspace.id, 'operation', 'operationCancelling', params);
	}
	const left = (await activeOperations(tx, workspace.id)).filter(one => one.isActive());
	const status = operation.previousStatus ?? workspace.status;
	const desired = desiredAfterCancelling(status, left);
	if (desired === 'running' && workspace.desired !== 'running')
		await quotas.requireRoomIn(tx, subjectOf(workspace), whenRunning(workspace));
	workspace.desired = desired;
	workspace.reason = {code: 'user', params: {command: 'cancel'}};
};
