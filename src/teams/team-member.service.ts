import type {EntityManager} from '@mikro-orm/postgresql';
import type {AccessService} from '../access/access.service.ts';
import type {Actor} from '../access/actor.ts';
import {requireNotAbove} from '../access/not-above.ts';
import {type TeamRole, teamRoles} from '../access/permissions.ts';
import type {Withdrawals} from '../access/withdrawal.ts';
import {AppError} from '../errors.ts';
import {sortOrder, toWindow} from '../http/page.ts';
import {requireRevision} from '../http/revision.ts';
import {lockRows} from '../lock-rows.ts';
import {findPerson, namesOf} from '../users/find-person.ts';
import type {WorkspaceTransaction, WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import {revokeForPerson} from './invitations/revoke-pending.ts';
import {lockTeam, touch} from './locked-team.ts';
import {passOnWorkspaces} from './pass-on-workspaces.ts';
import {TeamMember} from './team-member.entity.ts';
import type {ListTeamMembers} from './team-member.schema.ts';

export interface NamedMember {
	member: TeamMember;
	name: string;
}

export interface TeamMemberServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	access: AccessService;
	withdrawals: Withdrawals;
}

export type TeamMemberService = ReturnType<typeof createTeamMemberService>;

/** Who is in a team, and as what. A team always has an owner who can sign in, and everybody who owns one of its workspaces is in it. */
export const createTeamMemberService = ({em, transactions, access, withdrawals}: TeamMemberServiceDependencies) => {
	/** What is left of their access ends, and what they own in the team passes to an owner of it: to the actor, if they are one. */
	const remove = async (transaction: WorkspaceTransaction, member: TeamMember, actor: Actor): Promise<void> => {
		const {tx} = transaction;
		const others = await ownersBesides(tx, member);
		if (member.role === 'owner' && !others.some(owner => owner.isEnabled)) throw new AppError('LAST_OWNER');
		const heir = others.find(({id}) => id === actor.id) ?? others[0];
		await withdrawals.withdraw(transaction, {user: member.user}, async () => {
			await passOnWorkspaces(transaction, member, heir?.id ?? null);
			await revokeForPerson(tx, member.team, member.user);
			await tx.nativeDelete(TeamMember, {team: member.team, user: member.user});
		});
	};

	return {
		/** One page of them with their names, and how many there are in all. */
		async list(teamId: string, query: ListTeamMembers): Promise<[NamedMember[], number]> {
			const {field, direction} = sortOrder(query.sort);
			const [members, total] = await em.findAndCount(
				TeamMember,
				{team: teamId, ...(query.role ? {role: query.role} : {})},
				{...toWindow(query), orderBy: [{[field]: direction}, {user: 'asc'}]},
			);
			return [await named(em, members), total];
		},

		/**
		 * Gives a member another role. Rejects with TEAM_NOT_FOUND, PERMISSION_DENIED, REVISION_CONFLICT, MEMBER_NOT_FOUND, ROLE_ABOVE_OWN{role}, LAST_OWNER.
		 */
		changeRole: (
			actor: Actor,
			{teamId, userId}: {teamId: string; userId: string},
			role: TeamRole,
			revision: number | null,
		): Promise<NamedMember> =>
			transactions.run(async transaction => {
				const {tx} = transaction;
				const team = await lockTeam(tx, teamId);
				requireRevision(revision, team.revision);
				const own = await access.requireTeam(actor, 'team.members.update', teamId);
				const member = await findMember(tx, teamId, userId);
				requireNotAbove(teamRoles, own, role);
				requireNotAbove(teamRoles, own, member.role);
				if (member.role === 'owner' && role !== 'owner') {
					const others = await ownersBesides(tx, member);
					if (!others.some(owner => owner.isEnabled)) throw new AppError('LAST_OWNER');
				}
				if (member.role !== role) {
					await withdrawals.withdraw(transaction, {user: userId}, async () => {
						member.role = role;
						touch(team);
					});
				}
				const [shown] = await named(tx, [member]);
				return shown!;
			}),

		/** Rejects with TEAM_NOT_FOUND, PERMISSION_DENIED, REVISION_CONFLICT, MEMBER_NOT_FOUND, ROLE_ABOVE_OWN{role}, LAST_OWNER. */
		remove: (
			actor: Actor,
			{teamId, userId}: {teamId: string; userId: string},
			revision: number | null,
		): Promise<void> =>
			transactions.run(async transaction => {
				const team = await lockTeam(transaction.tx, teamId);
				requireRevision(revision, team.revision);
				const own = await access.requireTeam(actor, 'team.members.remove', teamId);
				const member = await findMember(transaction.tx, teamId, userId);
				requireNotAbove(teamRoles, own, member.role);
				await remove(transaction, member, actor);
				touch(team);
			}),

		/** Rejects with TEAM_NOT_FOUND, MEMBER_NOT_FOUND, LAST_OWNER. */
		leave: (actor: Actor, teamId: string): Promise<void> =>
			transactions.run(async transaction => {
				const team = await lockTeam(transaction.tx, teamId);
				await remove(transaction, await findMember(transaction.tx, teamId, actor.id), actor);
				touch(team);
			}),

		/**
		 * Makes a member the owner, and the actor an admin, should they be an owner themselves. Rejects with TEAM_NOT_FOUND, PERMISSION_DENIED, MEMBER_NOT_FOUND,
		 * USER_NOT_FOUND for who is disabled.
		 */
		transferOwnership: (actor: Actor, teamId: string, userId: string): Promise<void> =>
			transactions.run(async ({tx}) => {
				// Nobody disables them meanwhile.
				await lockRows(tx, 'user', [userId], 'keep');
				const team = await lockTeam(tx, teamId);
				await access.requireTeam(actor, 'team.transfer', teamId);
				const next = await findMember(tx, teamId, userId);
				await findPerson(tx, {userId});
				const own = await tx.findOne(TeamMember, {team: teamId, user: actor.id}, {refresh: true});
				if (own?.role === 'owner') own.role = 'admin';
				next.role = 'owner';
				touch(team);
			}),
	};
};

const findMember = async (tx: EntityManager, team: string, user: string): Promise<TeamMember> => {
	const member = await tx.findOne(TeamMember, {team, user}, {refresh: true});
	if (!member) throw new AppError('MEMBER_NOT_FOUND');
	return member;
};

/** Those who can sign in first, and of them whoever has been there longest. */
const ownersBesides = (tx: EntityManager, {team, user}: TeamMember): Promise<{id: string; isEnabled: boolean}[]> =>
	tx.execute(
		`select u.id, u.disabled_at is null as "isEnabled" from team_member m join "user" u on u.id = m.user_id
		where m.team_id = ? and m.role = 'owner' and m.user_id <> ?
		order by u.disabled_at is not null, m.joined_at, u.id`,
		[team, user],
	);

const named = async (em: EntityManager, members: TeamMember[]): Promise<NamedMember[]> => {
	const names = await namesOf(
		em,
		members.map(({user}) => user),
	);
	return members.map(member => ({member, name: names.get(member.user) ?? ''}));
};
