import type {EntityManager} from '@mikro-orm/postgresql';
import type {AccessService} from '../access/access.service.ts';
import type {Actor} from '../access/actor.ts';
import type {Withdrawals} from '../access/withdrawal.ts';
import {AppError} from '../errors.ts';
import {requireRevision} from '../http/revision.ts';
import {nameTaken} from '../name-taken.ts';
import {subjectOf} from '../quotas/quota.ts';
import type {QuotaService} from '../quotas/quota.service.ts';
import {holdTeams, requireInTeam} from '../teams/locked-team.ts';
import {findPerson} from '../users/find-person.ts';
import {WorkspaceMember} from './workspace-member.entity.ts';
import type {TransferWorkspace} from './workspace-member.schema.ts';
import type {LockedWorkspace, WorkspaceTransactions} from './workspace-transaction.ts';
import type {Workspace} from './workspace.entity.ts';

export interface WorkspaceTransferServiceDependencies {
	transactions: WorkspaceTransactions;
	access: AccessService;
	withdrawals: Withdrawals;
	quotas: QuotaService;
}

export type WorkspaceTransferService = ReturnType<typeof createWorkspaceTransferService>;

/** Gives workspaces to other people and teams. */
export const createWorkspaceTransferService = (services: WorkspaceTransferServiceDependencies) => {
	const {transactions, access, withdrawals, quotas} = services;

	const handOver = async (actor: Actor, {tx, workspace, record}: LockedWorkspace, input: TransferWorkspace) => {
		const {id} = workspace;
		const [owner, team] = [
			input.ownerId ?? workspace.owner,
			input.teamId === undefined ? workspace.team : input.teamId,
		];
		if (owner !== workspace.owner) await findOwner(tx, owner);
		if (team !== null && team !== workspace.team) await access.requireTeam(actor, 'team.workspaces.create', team);
		if (team !== null) await requireInTeam(tx, owner, team);
		const changed = [...(owner === workspace.owner ? [] : ['owner']), ...(team === workspace.team ? [] : ['team'])];
		if (changed.length === 0) return;
		await quotas.requireRoomToMove(tx, workspace, subjectOf({team, owner}));
		Object.assign(workspace, {owner, team});
		await tx.flush();
		// They are more than that now.
		await tx.nativeDelete(WorkspaceMember, {workspace: id, user: owner});
		record(id, 'status', 'workspaceUpdated', {fields: changed.join(', ')});
	};

	return {
		/**
		 * Gives a workspace to another person, into a team or out of one. Who could work in it by what it was before, and cannot any more, loses what runs there.
		 * Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_DELETING, REVISION_CONFLICT, USER_NOT_FOUND, TEAM_NOT_FOUND, PERMISSION_DENIED, OWNER_NOT_IN_TEAM,
		 * WORKSPACE_NAME_TAKEN{name}, QUOTA_EXCEEDED.
		 */
		async transfer(
			actor: Actor,
			workspaceId: string,
			input: TransferWorkspace,
			revision: number | null,
		): Promise<Workspace> {
			let name = '';
			return nameTaken(
				'WORKSPACE_NAME_TAKEN',
				() => name,
				() =>
					transactions.run(async transaction => {
						const before = await teamOf(transaction.tx, workspaceId);
						await holdTeams(
							transaction.tx,
							[before, input.teamId].filter(id => typeof id === 'string'),
						);
						return transactions.locked(workspaceId, async locked => {
							const {workspace} = locked;
							({name} = workspace);
							requireRevision(revision, workspace.revision);
							// Somebody was faster: the team that is held is not its team any more.
							if (workspace.team !== before) throw new AppError('REVISION_CONFLICT', {current: workspace.revision});
							if (workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
							await withdrawals.withdraw(locked, {workspace: workspaceId}, () => handOver(actor, locked, input));
							return workspace;
						});
					}),
			);
		},
	};
};

const teamOf = async (tx: EntityManager, workspaceId: string): Promise<string | null> => {
	const [row] = await tx.execute<{team_id: string | null}[]>(
		'select team_id from workspace where id = ? and deleted_at is null',
		[workspaceId],
	);
	if (!row) throw new AppError('WORKSPACE_NOT_FOUND');
	return row.team_id;
};

const findOwner = async (tx: EntityManager, userId: string): Promise<void> => {
	try {
		await findPerson(tx, {userId});
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		throw new AppError(error.code, {}, {cause: error, fields: [{path: 'ownerId', code: error.code}]});
	}
};
