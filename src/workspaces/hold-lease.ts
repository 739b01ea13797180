import {Lease} from './lease.entity.ts';
import type {LockedWorkspace} from './workspace-transaction.ts';

/** How long a lease of work that runs is good for without a sign of life, and how often there is one. */
export const WORK_MS = 60_000;
export const RENEW_MS = 20_000;

/** Keeps a workspace up from now on, for so long, under its lock. `heldBy`: the person whose work it is. */
export const holdLease = async (
	{tx, workspace}: LockedWorkspace,
	holder: string,
	milliseconds: number,
	heldBy: string | null = null,
): Promise<void> => {
	await tx.upsert(Lease, {workspace: workspace.id, holder, expiresAt: new Date(Date.now() + milliseconds), heldBy});
};
