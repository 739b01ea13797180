import type {EntityManager} from '@mikro-orm/postgresql';
import type {Logger} from '../logger.ts';
import type {WorkspaceWorkflows} from './workspace.workflows.ts';

export type SweepService = ReturnType<typeof createSweepService>;

/** The rows are the outbox: whatever is accepted or due, and not being worked on, is woken again. Waking too often is harmless. */
export const createSweepService = ({
	em,
	workflows,
	log,
}: {
	em: EntityManager;
	workflows: WorkspaceWorkflows;
	log: Logger;
}) => ({
	/** Wakes the workspaces that have operations under way, or a deadline that passed. Answers how many. */
	async wakeLeftBehind(): Promise<number> {
		const rows = await em.getConnection().execute<{id: string}[]>(leftBehind);
		const results = await Promise.allSettled(rows.map(row => workflows.wake(row.id)));
		const failed = results.filter(result => result.status === 'rejected');
		if (failed.length > 0)
			log.warn({failed: failed.length, of: rows.length}, 'the sweep could not wake every workspace');
		return rows.length - failed.length;
	},
});

const leftBehind = `
	select w.id from workspace w
	where w.deleted_at is null and (
		exists (
			select 1 from operation o
			where o.workspace_id = w.id and o.status in ('queued', 'running') and o.created_at < now() - interval '5 seconds'
		)
		or w.repair_after < now()
		or w.created_at + w.ttl_minutes * interval '1 minute' < now()
		or (
			w.status = 'running' and w.last_activity_at + w.autostop_minutes * interval '1 minute' < now()
			and not exists (select 1 from lease l where l.workspace_id = w.id and l.expires_at > now())
		)
	)
	limit 1000`;
