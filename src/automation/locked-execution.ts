import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import type {LockedWorkspace, WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import {Execution} from './execution.entity.ts';

/** Works on executions under the locks of their workspaces, also of deleted ones. Rejects with EXECUTION_NOT_FOUND. */
export const lockExecutions =
	({em, transactions}: {em: EntityManager; transactions: WorkspaceTransactions}) =>
	async <T>(id: string, work: (execution: Execution, workspace: LockedWorkspace) => Promise<T>): Promise<T> => {
		const found = await em.fork().findOne(Execution, {id}, {fields: ['workspace']});
		if (!found) throw new AppError('EXECUTION_NOT_FOUND');
		return transactions.locked(
			found.workspace,
			async workspace => work(await workspace.tx.findOneOrFail(Execution, {id}), workspace),
			{alsoDeleted: true},
		);
	};
