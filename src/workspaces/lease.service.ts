import {randomUUID} from 'node:crypto';
import type {EntityManager} from '@mikro-orm/postgresql';
import type {Actor} from '../access/actor.ts';
import {AppError} from '../errors.ts';
import type {Logger} from '../logger.ts';
import {holdLease, RENEW_MS, WORK_MS} from './hold-lease.ts';
import {Lease} from './lease.entity.ts';
import type {Waker} from './waker.ts';
import type {Workspace} from './workspace.entity.ts';
import {activeLeases, type WorkspaceTransactions} from './workspace-transaction.ts';

export interface LeaseServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	waker: Waker;
	log: Logger;
}

export type LeaseService = ReturnType<typeof createLeaseService>;

/** What keeps workspaces up. Autostop waits for the last lease to end. */
export const createLeaseService = ({em, transactions, waker, log}: LeaseServiceDependencies) => {
	const renew = async (workspaceId: string, holder: string): Promise<void> => {
		await em.fork().nativeUpdate(Lease, {workspace: workspaceId, holder}, {expiresAt: new Date(Date.now() + WORK_MS)});
	};

	/** The work has ended, and counts as activity until now. Autostop is never due earlier for it: nobody needs to be woken. */
	const release = async (workspaceId: string, holder: string): Promise<void> => {
		const own = em.fork();
		await own.nativeDelete(Lease, {workspace: workspaceId, holder});
		await touch(own, workspaceId);
	};

	return {
		/** The work of that holder goes on: its lease is good from now again. */
		renew,

		/**
		 * Does work in a workspace that runs and keeps it up meanwhile: the lease is renewed while this process lives. Rejects with
		 * WORKSPACE_NOT_FOUND, WORKSPACE_NOT_RUNNING, and with whatever the work rejects with.
		 */
		async during<T>(actor: Actor, workspaceId: string, kind: string, work: () => Promise<T>): Promise<T> {
			const holder = `${kind}:${randomUUID()}`;
			await transactions.locked(workspaceId, async locked => {
				const {workspace} = locked;
				if (workspace.observed !== 'running') throw new AppError('WORKSPACE_NOT_RUNNING', {name: workspace.name});
				await holdLease(locked, holder, WORK_MS, actor.id);
				await touch(locked.tx, workspaceId);
			});
			const complain = (error: unknown) => log.warn({err: error, workspaceId, holder}, 'lease was not renewed');
			const renewing = setInterval(() => void renew(workspaceId, holder).catch(complain), RENEW_MS);
			try {
				return await work();
			} finally {
				clearInterval(renewing);
				await release(workspaceId, holder).catch(complain);
			}
		},

		/** Keeps a workspace up that runs or is about to, for so long from now, instead of what was asked for before. Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_NOT_RUNNING. */
		async keepalive(actor: Actor, workspaceId: string, minutes: number): Promise<Workspace> {
			const kept = await transactions.locked(workspaceId, async locked => {
				const {workspace, record} = locked;
				if (workspace.desired !== 'running') throw new AppError('WORKSPACE_NOT_RUNNING', {name: workspace.name});
				await holdLease(locked, 'keepalive', minutes * 60_000, actor.id);
				await touch(locked.tx, workspaceId);
				record(workspaceId, 'status', 'keptAlive', {minutes});
				await locked.tx.refresh(workspace);
				return workspace;
			});
			waker.wake(workspaceId);
			return kept;
		},

		/** Ends every lease: the workspace is about to stop. */
		endAll: (workspaceId: string): Promise<void> =>
			transactions.locked(
				workspaceId,
				async ({tx, record}) => {
					const leases = await tx.find(Lease, {workspace: workspaceId, expiresAt: {$gt: new Date()}});
					await tx.nativeDelete(Lease, {workspace: workspaceId});
					if (leases.length === 0) return;
					record(workspaceId, 'status', 'leasesEnded', {holders: leases.map(lease => lease.kind()).join(', ')});
				},
				{alsoDeleted: true},
			),

		/** Removes the ones whose time is over, everywhere. */
		async removeExpired(): Promise<void> {
			await em.fork().nativeDelete(Lease, {expiresAt: {$lt: new Date()}});
		},

		/** Those that count now, by workspace. */
		ofWorkspaces: (workspaceIds: string[]): Promise<Map<string, Lease[]>> => activeLeases(em, workspaceIds),
	};
};

/** Someone uses the workspace: autostop counts from now. Past the ORM, which would make it a new revision; nobody needs to have read it. */
const touch = async (tx: EntityManager, workspaceId: string): Promise<void> => {
	await tx.execute('update workspace set last_activity_at = ? where id = ?', [new Date(), workspaceId]);
};
