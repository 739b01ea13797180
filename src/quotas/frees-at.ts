import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import {Workspace} from '../workspaces/workspace.entity.ts';
import {activeLeases} from '../workspaces/workspace-transaction.ts';
import {nextDay, type QuotaName, type QuotaSubject} from './quota.ts';

/** When some of it is expected to be free again without anybody doing anything; null: nobody knows. */
export const freesAt = async (tx: EntityManager, subject: QuotaSubject, quota: QuotaName): Promise<Date | null> => {
	if (quota === 'spendPerDayUsd') return nextDay(new Date());
	if (quota === 'concurrentExecutions' || quota === 'jobs') return null;
	const own = subject.type === 'team' ? {team: subject.id} : {team: null, owner: subject.id};
	const ends: FilterQuery<Workspace>[] = [{ttlMinutes: {$ne: null}}];
	const isHeldAtRest = quota === 'workspaces' || quota === 'diskMiB';
	if (!isHeldAtRest) ends.push({autostopMinutes: {$ne: null}});
	const where: FilterQuery<Workspace> = {
		...own,
		deletedAt: null,
		$or: ends,
		...(isHeldAtRest ? {} : {desired: 'running'}),
	};
	// Apart from the rows that the transaction works on.
	const workspaces = await tx.find(Workspace, where, {disableIdentityMap: true});
	const leases = await activeLeases(
		tx,
		workspaces.map(({id}) => id),
	);
	const times = workspaces.flatMap(workspace => {
		const deleted = workspace.deletesAt();
		const stopped = isHeldAtRest ? null : (workspace.autostop(leases.get(workspace.id) ?? [])?.at ?? null);
		return [deleted, stopped].flatMap(at => (at === null ? [] : at.getTime()));
	});
	return times.length === 0 ? null : new Date(Math.min(...times));
};
