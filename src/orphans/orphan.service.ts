import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import type {WorkspaceWorkflows} from '../workspaces/workspace.workflows.ts';
import {Orphan} from './orphan.entity.ts';
import {toBeRemoved} from './orphan-rules.ts';

/** How many are looked at by one removal. */
const MOST = 1000;

export interface OrphanList {
	target?: string | undefined;
	limit: number;
	offset: number;
	orderBy: Partial<Record<'lastSeenAt' | 'createdAt', 'asc' | 'desc'>>;
}

export type OrphanService = ReturnType<typeof createOrphanService>;

/** What the sweeps found that belongs to no workspace. The worker removes it, not the API. */
export const createOrphanService = ({em, workflows}: {em: EntityManager; workflows: WorkspaceWorkflows}) => ({
	/** One page, and how many there are. */
	list: ({target, orderBy, ...window}: OrphanList): Promise<[Orphan[], number]> =>
		em.findAndCount(Orphan, target ? {target} : {}, {...window, orderBy: [orderBy, {objectId: 'asc'}]}),

	/**
	 * What the next sweep removes and what it leaves; unless it is a dry run that sweep begins now. Rejects with WORKFLOWS_UNAVAILABLE when it
	 * cannot be begun.
	 */
	async remove({dryRun}: {dryRun: boolean}): Promise<{removed: Orphan[]; kept: Orphan[]}> {
		const orphans = await em.find(Orphan, {}, {orderBy: {createdAt: 'asc'}, limit: MOST});
		const removed = toBeRemoved(orphans, Date.now());
		if (!dryRun && removed.length > 0) {
			await workflows.sweepNow().catch((error: unknown) => {
				throw new AppError('WORKFLOWS_UNAVAILABLE', {}, {cause: error});
			});
		}
		return {removed, kept: orphans.filter(orphan => !removed.includes(orphan)).slice(0, 100)};
	},
});
