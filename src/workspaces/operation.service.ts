import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import {Operation} from './operation.entity.ts';

export interface ListWindow {
	limit: number;
	offset: number;
	newestFirst: boolean;
}

export type OperationService = ReturnType<typeof createOperationService>;

/** Reads operations. What changes them is in `operation-journal.service.ts`. */
export const createOperationService = ({em}: {em: EntityManager}) => ({
	/** Rejects with OPERATION_NOT_FOUND. */
	async get(id: string): Promise<Operation> {
		const operation = await em.findOne(Operation, {id});
		if (!operation) throw new AppError('OPERATION_NOT_FOUND');
		return operation;
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
