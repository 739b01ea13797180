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
	 * Everything after the id `after`, in order, without gaps or doubles, and then whatever happens, until the signal or the end of the workspace.
	 * Without `after` it begins with what happens next.
	 */
	async *follow(workspaceId: string, after: string | null, signal: AbortSignal): AsyncGenerator<WorkspaceEvent> {
		const bell = events.listen(workspaceId);
		try {
			let last = after ?? (await newestId(em, workspaceId));
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
