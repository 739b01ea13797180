import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import {acceptOperation} from './accept-operation.ts';
import type {WorkspaceTransactions} from './workspace-transaction.ts';
import type {Waker} from './waker.ts';
import {DISK_GRACE_MINUTES} from './workspace.entity.ts';

/** The engine walks through all files for it, so it is asked no more often. */
const MEASURE_EVERY = "interval '5 minutes'";

export type DiskService = ReturnType<typeof createDiskService>;

/** What workspaces hold on disk, and what follows when it is more than they may. */
export const createDiskService = ({
	em,
	transactions,
	waker,
}: {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	waker: Waker;
}) => {
	const sql = <Row>(query: string, params: unknown[]): Promise<Row[]> =>
		em.fork().execute<Row[]>(query, params as never[]);

	/** Says that it holds too much, or no longer does; stops it once it was told for long enough. */
	const judge = (workspaceId: string): Promise<void> =>
		transactions.locked(workspaceId, async locked => {
			const {tx, workspace, record} = locked;
			const {diskMiB: limitMiB, diskUsedMiB: usedMiB, diskExceededAt} = workspace;
			const isExceeded = limitMiB !== null && usedMiB !== null && usedMiB > limitMiB;
			if (!isExceeded) {
				if (diskExceededAt) record(workspaceId, 'status', 'diskWithinLimit', {usedMiB, limitMiB});
				workspace.diskExceededAt = null;
				return;
			}
			const [clock] = await tx.execute<{now: Date}[]>('select now()::timestamptz(3) as now');
			const now = new Date(clock!.now);
			if (!diskExceededAt) {
				workspace.diskExceededAt = now;
				record(workspaceId, 'status', 'diskExceeded', {usedMiB, limitMiB, minutes: DISK_GRACE_MINUTES});
				return;
			}
			const stopsAt = workspace.diskStopsAt();
			if (!stopsAt || stopsAt > now) return;
			await acceptOperation(locked, 'stop', {code: 'diskLimit', params: {usedMiB, limitMiB}}, null);
			waker.wake(workspaceId);
		});

	return {
		/** Whether a workspace of the target was not measured for a while. */
		async isDue(target: string): Promise<boolean> {
			const [row] = await sql<{is_due: boolean}>(
				`select exists (select 1 from workspace where target = ? and deleted_at is null
					and coalesce(disk_measured_at, created_at) < now() - ${MEASURE_EVERY}) as is_due`,
				[target],
			);
			return row?.is_due ?? false;
		},

		/** Writes down what each workspace of the target holds, in MiB, and does what follows. Answers how many hold too much. */
		async measured(target: string, usage: ReadonlyMap<string, number>): Promise<number> {
			const rows = await sql<{id: string}>('select id from workspace where target = ? and deleted_at is null', [
				target,
			]);
			for (const {id} of rows) {
				// Past the ORM: it is no change that the row's revision tells of.
				await sql('update workspace set disk_used_mib = ?, disk_measured_at = now() where id = ?', [
					usage.get(id) ?? 0,
					id,
				]);
			}
			const concerned = await sql<{id: string; is_exceeded: boolean}>(
				`select id, coalesce(disk_used_mib > disk_mib, false) as is_exceeded from workspace
				where target = ? and deleted_at is null and (disk_used_mib > disk_mib or disk_exceeded_at is not null)`,
				[target],
			);
			for (const {id} of concerned) {
				await judge(id).catch((error: unknown) => {
					// It was deleted meanwhile.
					if (!(error instanceof AppError && error.code === 'WORKSPACE_NOT_FOUND')) throw error;
				});
			}
			return concerned.filter(row => row.is_exceeded).length;
		},
	};
};
