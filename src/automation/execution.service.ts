import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import type {Actor} from '../access/actor.ts';
import {AppError} from '../errors.ts';
import {sortOrder, toWindow} from '../http/page.ts';
import type {QuotaService} from '../quotas/quota.service.ts';
import type {WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import type {Reason} from '../workspaces/workspace.schema.ts';
import {acceptExecution, activeExecutions, cancelExecution} from './accept-execution.ts';
import {isFinal} from './execution-rules.ts';
import {Execution} from './execution.entity.ts';
import type {ListExecutions} from './execution.schema.ts';
import type {ExecutionWaker} from './execution-waker.ts';
import {Job} from './job.entity.ts';
import {lockExecutions} from './locked-execution.ts';
import {ofVisibleWorkspaces} from '../access/visible.ts';

export interface ExecutionServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	waker: ExecutionWaker;
	quotas: QuotaService;
}

export type ExecutionService = ReturnType<typeof createExecutionService>;

/** Reads executions, cancels them and repeats them. How they go on is in `execution-journal.service.ts`. */
export const createExecutionService = ({em, transactions, waker, quotas}: ExecutionServiceDependencies) => {
	const locked = lockExecutions({em, transactions});

	return {
		/** Rejects with EXECUTION_NOT_FOUND. */
		async get(id: string): Promise<Execution> {
			const execution = await em.findOne(Execution, {id});
			if (!execution) throw new AppError('EXECUTION_NOT_FOUND');
			return execution;
		},

		/** One page of what the actor may see, and how many there are in all. */
		list(actor: Actor, query: ListExecutions): Promise<[Execution[], number]> {
			const where: FilterQuery<Execution>[] = [ofVisibleWorkspaces(actor)];
			if (query.workspaceId) where.push({workspace: query.workspaceId});
			if (query.jobId) where.push({job: query.jobId});
			if (query.status) where.push({status: query.status});
			if (query.trigger) where.push({trigger: query.trigger});
			if (query.from) where.push({nominalTime: {$gte: new Date(query.from)}});
			if (query.to) where.push({nominalTime: {$lt: new Date(query.to)}});
			const {field, direction} = sortOrder(query.sort);
			return em.findAndCount(
				Execution,
				{$and: where},
				{...toWindow(query), orderBy: [{[field]: direction}, {id: 'asc'}]},
			);
		},

		/** What is under way in a workspace and what waits, in the order of their turns. */
		queue: (workspaceId: string): Promise<Execution[]> => activeExecutions(em, workspaceId),

		/** The workspace that an execution belongs to; null: no such execution. */
		async workspaceOf(id: string): Promise<string | null> {
			return (await em.findOne(Execution, {id}, {fields: ['workspace']}))?.workspace ?? null;
		},

		/**
		 * Asks that it end. What waits has ended with that; what runs is told to, and has ended once its process has. Asking again changes nothing.
		 * Rejects with EXECUTION_NOT_FOUND, EXECUTION_ENDED{status}.
		 */
		cancel: (id: string, reason: Reason = {code: 'user', params: {command: 'cancel'}}): Promise<Execution> =>
			locked(id, async (execution, {tx}) => {
				if (isFinal(execution.status)) throw new AppError('EXECUTION_ENDED', {status: execution.status});
				cancelExecution(tx, execution, reason, waker);
				return execution;
			}),

		/** Runs once more what it ran. Rejects with EXECUTION_NOT_FOUND, EXECUTION_NOT_ENDED, JOB_NOT_FOUND, WORKSPACE_DELETING, QUOTA_EXCEEDED. */
		retry: (actor: Actor, id: string): Promise<Execution> =>
			locked(id, async (execution, workspace) => {
				if (!isFinal(execution.status)) throw new AppError('EXECUTION_NOT_ENDED');
				if (workspace.workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
				const job = await workspace.tx.findOne(Job, {id: execution.job, deletedAt: null});
				if (!job) throw new AppError('JOB_NOT_FOUND');
				const {work, payload} = execution;
				return acceptExecution(
					workspace,
					job,
					{trigger: 'retry', nominalTime: new Date(), work, payload, retryOf: id, requestedBy: actor.id},
					{waker, quotas},
				);
			}),
	};
};
