import type {EntityManager} from '@mikro-orm/postgresql';
import {type QuotaName, type QuotaSubject, startOfDay} from './quota.ts';

/** How much there is now of each, as the rows say. What the transaction has changed must be flushed. */
export const usageOf = async <Name extends QuotaName>(
	tx: EntityManager,
	subject: QuotaSubject,
	names: readonly Name[],
): Promise<Record<Name, number>> => {
	const columns = names.map(name => `(${counts[name]})::float8 as "${name}"`).join(', ');
	const [row] = await tx.execute<Record<Name, number>[]>(
		`with asked(subject, today) as (select ?::uuid, ?::timestamptz),
			own as (select w.* from workspace w, asked where w.deleted_at is null and coalesce(w.team_id, w.owner_id) = asked.subject)
		select ${columns}`,
		[subject.id, startOfDay(new Date())],
	);
	if (!row) throw new Error('A query without a table answered no row.');
	return row;
};

/** What comes along with a workspace that moves. */
export const contentsOf = async (
	tx: EntityManager,
	workspaceId: string,
): Promise<{concurrentExecutions: number; jobs: number}> => {
	const [row] = await tx.execute<{concurrentExecutions: number; jobs: number}[]>(
		`select
			(select count(*)::int from execution where workspace_id = ? and status in ('queued', 'waiting', 'running')) as "concurrentExecutions",
			(select count(*)::int from job where workspace_id = ? and deleted_at is null) as jobs`,
		[workspaceId, workspaceId],
	);
	return row ?? {concurrentExecutions: 0, jobs: 0};
};

/** What is being deleted counts until nothing is left of it; what is to be stopped no longer runs. */
const counts: Record<QuotaName, string> = {
	workspaces: 'select count(*) from own',
	runningWorkspaces: `select count(*) from own where desired = 'running'`,
	cpus: `select coalesce(sum(cpus), 0) from own where desired = 'running'`,
	memoryMiB: `select coalesce(sum(memory_mib), 0) from own where desired = 'running'`,
	diskMiB: 'select coalesce(sum(coalesce(disk_mib, disk_used_mib, 0)), 0) from own',
	concurrentExecutions: `
		select count(*) from execution e join own on own.id = e.workspace_id where e.status in ('queued', 'waiting', 'running')`,
	jobs: 'select count(*) from job j join own on own.id = j.workspace_id where j.deleted_at is null',
	// Also in workspaces that are gone by now, and of runs that failed and are to be tried again.
	spendPerDayUsd: `
		select coalesce(sum((e.result->>'costUsd')::float8), 0)
		from asked join workspace w on w.owner_id = asked.subject or w.team_id = asked.subject join execution e on e.workspace_id = w.id
		where coalesce(w.team_id, w.owner_id) = asked.subject
			and (e.finished_at >= asked.today or (e.status in ('queued', 'waiting', 'running') and e.result is not null))`,
};
