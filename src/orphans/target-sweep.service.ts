import type {EntityManager} from '@mikro-orm/postgresql';
import type {ContainerRuntime, EngineObject, ObservedState, StepContext} from '../containers/container-runtime.ts';
import type {Logger} from '../logger.ts';
import {Target} from '../targets/target.entity.ts';
import {inTransaction} from '../transaction.ts';
import type {DiskService} from '../workspaces/disk.service.ts';
import type {WorkspaceWorkflows} from '../workspaces/workspace.workflows.ts';
import {Orphan} from './orphan.entity.ts';
import {type OrphanReason, orphanReason, type Owner, toBeRemoved} from './orphan-rules.ts';

export interface TargetSweepDependencies {
	em: EntityManager;
	runtime: ContainerRuntime;
	workflows: WorkspaceWorkflows;
	disks: DiskService;
	log: Logger;
}

/** What a sweep of one target came to. */
export interface TargetSweep {
	objects: number;
	/** Workspaces that are not as they were last seen, and were woken to look. */
	differ: number;
	orphans: number;
	removed: number;
	/** Workspaces that hold more on disk than they may; null: it was not the time to measure, or it could not be done. */
	overfull: number | null;
}

interface WorkspaceRow extends Owner {
	id: string;
	target: string;
	observed: ObservedState;
}

type FoundOrphan = EngineObject & {reason: OrphanReason};

export type TargetSweepService = ReturnType<typeof createTargetSweepService>;

/** Compares what an engine has with what the database says, in one look at each. */
export const createTargetSweepService = ({em, runtime, workflows, disks, log}: TargetSweepDependencies) => {
	/** The last thing of a sweep: what it cannot do now, the next one does. */
	const measureDisks = async (target: string, context: StepContext): Promise<number | null> => {
		try {
			if (!(await disks.isDue(target))) return null;
			return await disks.measured(target, await runtime.diskUsage(context));
		} catch (error) {
			context.signal.throwIfAborted();
			log.warn({err: error, target}, 'disks were not measured');
			return null;
		}
	};

	const remove = async (orphan: Orphan, context: StepContext): Promise<boolean> => {
		const about = {type: orphan.type, name: orphan.name, reason: orphan.reason};
		try {
			await runtime.removeObject({type: orphan.type, id: orphan.objectId}, context);
			await em.fork().nativeDelete(Orphan, {target: orphan.target, type: orphan.type, objectId: orphan.objectId});
			log.warn(about, 'an orphan was removed');
			return true;
		} catch (error) {
			context.signal.throwIfAborted();
			log.warn({...about, err: error}, 'an orphan could not be removed');
			return false;
		}
	};

	return {
		/**
		 * Wakes the workspaces that differ, writes the orphans down, and removes those that may be. The engine is asked first: whatever it has
		 * by then was in the database before. Rejects with ENGINE_UNREACHABLE, or when the database is away; then nothing was removed.
		 */
		async sweep(target: string, context: StepContext): Promise<TargetSweep> {
			const objects = await runtime.list({}, context.signal);
			const workspaces = await findWorkspaces(em, target, objects);
			context.progress();
			const differ = findDifferent(target, objects, workspaces);
			await Promise.allSettled(differ.map(id => workflows.wake(id, {engineChanged: true})));
			const found = findOrphans(objects, workspaces);
			const orphans = await inTransaction(em.fork(), tx => writeDown(tx, target, found));
			let removed = 0;
			for (const orphan of toBeRemoved(orphans, Date.now())) {
				if (await remove(orphan, context)) removed += 1;
				context.progress();
			}
			const overfull = await measureDisks(target, context);
			await em.fork().nativeUpdate(Target, {id: target}, {sweptAt: new Date()});
			return {objects: objects.length, differ: differ.length, orphans: orphans.length, removed, overfull};
		},
	};
};

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Those that live on the target, and those that objects on it name. */
const findWorkspaces = async (
	em: EntityManager,
	target: string,
	objects: readonly EngineObject[],
): Promise<Map<string, WorkspaceRow>> => {
	const named = [...new Set(objects.map(object => object.workspaceId))].filter(id => uuid.test(id));
	const rows = await em.getConnection().execute<WorkspaceRow[]>(
		`select w.id, w.target, w.observed, w.generation, w.deleted_at is not null as "isDeleted",
			exists (select 1 from operation o where o.workspace_id = w.id and o.status in ('queued', 'running')) as "isBusy"
		from workspace w where (w.target = ? and w.deleted_at is null) or w.id = any(?::uuid[])`,
		[target, `{${named.join(',')}}`],
	);
	return new Map(rows.map(row => [row.id, row]));
};

/** Those at rest whose newest container is not what it was last seen to be. */
const findDifferent = (
	target: string,
	objects: readonly EngineObject[],
	workspaces: ReadonlyMap<string, WorkspaceRow>,
): string[] => {
	const newest = new Map<string, EngineObject>();
	for (const object of objects) {
		const other = newest.get(object.workspaceId);
		if (object.type !== 'container' || (other && (other.generation ?? 0) > (object.generation ?? 0))) continue;
		newest.set(object.workspaceId, object);
	}
	return [...workspaces.values()]
		.filter(row => row.target === target && !row.isDeleted && !row.isBusy)
		.filter(row => (newest.get(row.id)?.observation?.state ?? 'absent') !== row.observed)
		.map(row => row.id);
};

const findOrphans = (objects: readonly EngineObject[], workspaces: ReadonlyMap<string, WorkspaceRow>): FoundOrphan[] =>
	objects.flatMap(object => {
		const reason = orphanReason(object, workspaces.get(object.workspaceId));
		return reason ? [{...object, reason}] : [];
	});

const writeDown = async (tx: EntityManager, target: string, found: readonly FoundOrphan[]): Promise<Orphan[]> => {
	const now = new Date();
	const known = new Map((await tx.find(Orphan, {target})).map(orphan => [`${orphan.type} ${orphan.objectId}`, orphan]));
	const orphans = found.map(({type, id, name, workspaceId, generation, reason, createdAt}) => {
		const before = known.get(`${type} ${id}`);
		known.delete(`${type} ${id}`);
		const facts = {name, workspace: workspaceId, generation, reason, createdAt, lastSeenAt: now};
		if (before) return tx.assign(before, {...facts, sweeps: before.sweeps + 1});
		const orphan = tx.create(Orphan, {...facts, target, type, objectId: id, firstSeenAt: now, sweeps: 1});
		tx.persist(orphan);
		return orphan;
	});
	// What was not seen again is gone, or has found its workspace.
	for (const gone of known.values()) tx.remove(gone);
	return orphans;
};
