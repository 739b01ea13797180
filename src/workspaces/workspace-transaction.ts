import {LockMode, type EntityManager} from '@mikro-orm/postgresql';
import {AppError, type ErrorParams} from '../errors.ts';
import {afterCommit, inTransaction} from '../transaction.ts';
import type {EventBus} from './event-bus.ts';
import {Lease} from './lease.entity.ts';
import {Operation} from './operation.entity.ts';
import {Workspace} from './workspace.entity.ts';
import {type EventCode, type EventType, WorkspaceEvent} from './workspace-event.entity.ts';

export interface WorkspaceTransaction {
	tx: EntityManager;
	/** Adds to the durable log of the workspace; live readers hear of it after the commit. */
	record(workspaceId: string, type: EventType, code: EventCode, params?: ErrorParams): void;
}

export interface LockedWorkspace extends WorkspaceTransaction {
	workspace: Workspace;
}

export type WorkspaceTransactions = ReturnType<typeof createWorkspaceTransactions>;

/** Transactions on workspaces: whoever changes anything of one holds the lock on its row, so changes have one order. */
export const createWorkspaceTransactions = ({em, events}: {em: EntityManager; events: EventBus}) => {
	const run = <T>(work: (transaction: WorkspaceTransaction) => Promise<T>): Promise<T> =>
		inTransaction(em, async tx => {
			const touched = new Set<string>();
			const record: WorkspaceTransaction['record'] = (workspaceId, type, code, params = {}) => {
				tx.persist(tx.create(WorkspaceEvent, {workspace: workspaceId, type, code, params, at: new Date()}));
				touched.add(workspaceId);
			};
			afterCommit(() => {
				for (const workspaceId of touched) void events.publish(workspaceId);
			});
			return work({tx, record});
		});

	return {
		run,

		/** Rejects with WORKSPACE_NOT_FOUND, also when it was deleted, unless `alsoDeleted`. */
		locked: <T>(
			workspaceId: string,
			work: (locked: LockedWorkspace) => Promise<T>,
			options: {alsoDeleted?: boolean} = {},
		): Promise<T> =>
			run(async transaction => {
				const workspace = await transaction.tx.findOne(
					Workspace,
					options.alsoDeleted ? {id: workspaceId} : {id: workspaceId, deletedAt: null},
					{lockMode: LockMode.PESSIMISTIC_WRITE},
				);
				if (!workspace) throw new AppError('WORKSPACE_NOT_FOUND');
				return work({...transaction, workspace});
			}),
	};
};

/** What is queued or running, oldest first. */
export const activeOperations = (em: EntityManager, workspaceId: string): Promise<Operation[]> =>
	em.find(Operation, {workspace: workspaceId, status: {$in: ['queued', 'running']}}, {orderBy: {number: 'asc'}});

/** The leases that count now, by workspace. */
export const activeLeases = async (em: EntityManager, workspaceIds: string[]): Promise<Map<string, Lease[]>> => {
	const leases = await em.find(Lease, {workspace: {$in: workspaceIds}, expiresAt: {$gt: new Date()}});
	return Map.groupBy(leases, lease => lease.workspace);
};
