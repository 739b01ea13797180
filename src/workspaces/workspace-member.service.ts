import type {EntityManager} from '@mikro-orm/postgresql';
import type {AccessService} from '../access/access.service.ts';
import type {Actor} from '../access/actor.ts';
import {requireNotAbove} from '../access/not-above.ts';
import {type WorkspaceRole, workspaceRoles} from '../access/permissions.ts';
import type {Withdrawals} from '../access/withdrawal.ts';
import {AppError} from '../errors.ts';
import {sortOrder, toWindow} from '../http/page.ts';
import {requireRevision} from '../http/revision.ts';
import {findPerson, namesOf} from '../users/find-person.ts';
import {WorkspaceMember} from './workspace-member.entity.ts';
import type {AddWorkspaceMember, ListWorkspaceMembers} from './workspace-member.schema.ts';
import type {LockedWorkspace, WorkspaceTransactions} from './workspace-transaction.ts';

export interface NamedWorkspaceMember {
	member: WorkspaceMember;
	name: string;
}

export interface WorkspaceMemberServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	access: AccessService;
	withdrawals: Withdrawals;
}

export type WorkspaceMemberService = ReturnType<typeof createWorkspaceMemberService>;

/** Whom workspaces are shared with. */
export const createWorkspaceMemberService = (services: WorkspaceMemberServiceDependencies) => {
	const {em, transactions, access, withdrawals} = services;

	/** What happens to who is in it happens to the workspace: it has another revision afterwards. */
	const changing = <T>(
		workspaceId: string,
		revision: number | null,
		change: (locked: LockedWorkspace) => Promise<T>,
	): Promise<T> =>
		transactions.locked(workspaceId, locked =>
			withdrawals.withdraw(locked, {workspace: workspaceId}, async () => {
				const {workspace, record} = locked;
				requireRevision(revision, workspace.revision);
				if (workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
				const result = await change(locked);
				workspace.updatedAt = new Date();
				record(workspaceId, 'status', 'workspaceUpdated', {fields: 'members'});
				return result;
			}),
		);

	const requireRole = async (actor: Actor, workspaceId: string, role: WorkspaceRole): Promise<void> => {
		const own = await access.requireWorkspace(actor, 'workspace.members.write', workspaceId);
		requireNotAbove(workspaceRoles, own, role);
	};

	const remove = async ({tx}: LockedWorkspace, member: WorkspaceMember): Promise<void> => {
		await tx.nativeDelete(WorkspaceMember, {workspace: member.workspace, user: member.user});
	};

	return {
		/** One page of them with their names, and how many there are in all. */
		async list(workspaceId: string, query: ListWorkspaceMembers): Promise<[NamedWorkspaceMember[], number]> {
			const {field, direction} = sortOrder(query.sort);
			const [members, total] = await em.findAndCount(
				WorkspaceMember,
				{workspace: workspaceId},
				{...toWindow(query), orderBy: [{[field]: direction}, {user: 'asc'}]},
			);
			return [await named(em, members), total];
		},

		/** Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_DELETING, PERMISSION_DENIED, ROLE_ABOVE_OWN{role}, USER_NOT_FOUND, ALREADY_MEMBER. */
		add: (actor: Actor, workspaceId: string, input: AddWorkspaceMember): Promise<NamedWorkspaceMember> =>
			changing(workspaceId, null, async ({tx, workspace}) => {
				await requireRole(actor, workspaceId, input.role);
				const {id: user, name} = await findPerson(tx, input.userId ? {userId: input.userId} : {email: input.email!});
				const isMember = (await tx.count(WorkspaceMember, {workspace: workspaceId, user})) > 0;
				if (isMember || workspace.owner === user) throw new AppError('ALREADY_MEMBER');
				const member = tx.create(WorkspaceMember, {
					workspace: workspaceId,
					user,
					role: input.role,
					addedBy: actor.id,
					createdAt: new Date(),
				});
				return {member, name};
			}),

		/** Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_DELETING, REVISION_CONFLICT, PERMISSION_DENIED, ROLE_ABOVE_OWN{role}, MEMBER_NOT_FOUND. */
		changeRole: (
			actor: Actor,
			{workspaceId, userId}: {workspaceId: string; userId: string},
			role: WorkspaceMember['role'],
			revision: number | null,
		): Promise<NamedWorkspaceMember> =>
			changing(workspaceId, revision, async ({tx}) => {
				await requireRole(actor, workspaceId, role);
				const member = await findMember(tx, workspaceId, userId);
				member.role = role;
				const [shown] = await named(tx, [member]);
				return shown!;
			}),

		/** Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_DELETING, REVISION_CONFLICT, MEMBER_NOT_FOUND. */
		remove: ({workspaceId, userId}: {workspaceId: string; userId: string}, revision: number | null): Promise<void> =>
			changing(workspaceId, revision, async locked => remove(locked, await findMember(locked.tx, workspaceId, userId))),

		/** Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_DELETING, MEMBER_NOT_FOUND for who is no member: its owner, say. */
		leave: (actor: Actor, workspaceId: string): Promise<void> =>
			changing(workspaceId, null, async locked => remove(locked, await findMember(locked.tx, workspaceId, actor.id))),
	};
};

const findMember = async (tx: EntityManager, workspace: string, user: string): Promise<WorkspaceMember> => {
	const member = await tx.findOne(WorkspaceMember, {workspace, user}, {refresh: true});
	if (!member) throw new AppError('MEMBER_NOT_FOUND');
	return member;
};

const named = async (em: EntityManager, members: WorkspaceMember[]): Promise<NamedWorkspaceMember[]> => {
	const names = await namesOf(
		em,
		members.map(({user}) => user),
	);
	return members.map(member => ({member, name: names.get(member.user) ?? ''}));
};
