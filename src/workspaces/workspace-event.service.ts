import type {EntityManager} from '@mikro-orm/postgresql';
import type {EventBus} from './event-bus.ts';
import type {ListWindow} from './operation.service.ts';
import {WorkspaceEvent} from './workspace-event.entity.ts';
import {Workspace} from './workspace.entity.ts';

const BATCH = 500;

export type WorkspaceEventService = ReturnType<typeof createWorkspaceEventService>;

/** Reads the durable log of workspaces. */
export const createWorkspaceEventService = ({em, events}: {em: EntityManager; events: EventBus}) => ({
	/** The log, and how many entries there are. */
	list: (workspaceId: string, {newestFirst, ...window}: ListWindow): Promise<[WorkspaceEvent[], number]> =>
		em.findAndCount(WorkspaceEvent, {workspace: workspaceId}, {...window, orderBy: {id: newestFirst ? 'desc' : 'asc'}}),

	/**
	 * Where a reader begins who has everything up to the id `after`; without it, with what happens next. Null: the
	 * workspace is deleted, and nothing comes after that.
	 */
	async startOf(workspaceId: string, after: string | null): Promise<string | null> {
		const last = after ?? (await newestId(em, workspaceId));
		const end = await em.fork().findOne(WorkspaceEvent, {workspace: workspaceId, code: 'workspaceDeleted'});
		return end && BigInt(end.id) <= BigInt(last) ? null : last;
	},

	/** Everything after the id `after`, in order, without gaps or doubles, until the signal or the end of the workspace. */
	async *follow(workspaceId: string, after: string, signal: AbortSignal): AsyncGenerator<WorkspaceEvent> {
		const bell = events.listen(workspaceId);
		try {
			let last = after;
			while (!signal.aborted) {
				const batch = await em
					.fork()
					.find(WorkspaceEvent, {workspace: workspaceId, id: {$gt: last}}, {orderBy: {id: 'asc'}, limit: BATCH});
				for (const event of batch) {
					yield event;
					last = event.id;
				}
				if (batch.some(event => event.code === 'workspaceDeleted')) return;
				if (batch.length < BATCH) await bell.rung(signal);
			}
		} finally {
			bell.close();
		}
	},

	/** Also true after the workspace was deleted: whoever lost the connection may still read how it ended. */
	async exists(workspaceId: string): Promise<boolean> {
		return (await em.count(Workspace, {id: workspaceId})) > 0;
	},
});

const newestId = async (em: EntityManager, workspaceId: string): Promise<string> => {
	const newest = await em.fork().findOne(WorkspaceEvent, {workspace: workspaceId}, {orderBy: {id: 'desc'}});
	return newest?.id ?? '0';
};
