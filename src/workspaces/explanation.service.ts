import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import {Target} from '../targets/target.entity.ts';
import {User} from '../users/user.entity.ts';
import type {Lease} from './lease.entity.ts';
import {Operation} from './operation.entity.ts';
import {Workspace} from './workspace.entity.ts';
import {WorkspaceEvent} from './workspace-event.entity.ts';
import {activeLeases, activeOperations} from './workspace-transaction.ts';

/** All that is known of where a workspace is and what comes next. */
export interface Facts {
	workspace: Workspace;
	/** Since when it has its status. */
	since: Date;
	/** When the engine last said what state it is in; null: it has never been asked. */
	confirmedAt: Date | null;
	/** Who asked for the last operation. */
	actor: User | null;
	running: Operation | null;
	queued: Operation[];
	leases: Lease[];
}

export type ExplanationService = ReturnType<typeof createExplanationService>;

/** Reads what an explanation says. It asks nobody but the database: what it says is what the manager itself goes by. */
export const createExplanationService = ({em}: {em: EntityManager}) => ({
	/** Rejects with WORKSPACE_NOT_FOUND. */
	async factsOf(id: string): Promise<Facts> {
		const workspace = await em.findOne(Workspace, {id, deletedAt: null});
		if (!workspace) throw new AppError('WORKSPACE_NOT_FOUND');
		const active = await activeOperations(em, id);
		const newest = await em.findOne(Operation, {workspace: id}, {orderBy: {number: 'desc'}});
		const changed = await em.findOne(WorkspaceEvent, {workspace: id, code: 'workspaceStatus'}, {orderBy: {id: 'desc'}});
		const target = await em.findOne(Target, {id: workspace.target});
		return {
			workspace,
			since: changed?.at ?? workspace.createdAt,
			confirmedAt: laterOf(workspace.observedAt, target?.sweptAt ?? null),
			actor: newest?.requestedBy ? await em.findOne(User, {id: newest.requestedBy}) : null,
			running: active.find(operation => operation.status === 'running') ?? null,
			queued: active.filter(operation => operation.status === 'queued'),
			leases: (await activeLeases(em, [id])).get(id) ?? [],
		};
	},
});

/** A sweep before the first observation says nothing of the workspace. */
const laterOf = (observedAt: Date | null, sweptAt: Date | null): Date | null =>
	observedAt && sweptAt && sweptAt > observedAt ? sweptAt : observedAt;
