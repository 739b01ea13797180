import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import type {Actor} from '../../access/actor.ts';
import {allows, strongest, teamRoles} from '../../access/permissions.ts';
import type {Roles} from '../../access/roles.ts';
import {AppError} from '../../errors.ts';
import {toWindow} from '../../http/page.ts';
import {inTransaction} from '../../transaction.ts';
import {User} from '../../users/user.entity.ts';
import {lockTeam, touch} from '../locked-team.ts';
import {TeamMember} from '../team-member.entity.ts';
import type {Team} from '../team.entity.ts';
import {Invitation} from './invitation.entity.ts';
import type {AnswerInvitation, ListOwnInvitations} from './invitation.schema.ts';
import {hashToken} from './invitation-token.ts';
import {revokeForPerson} from './revoke-pending.ts';

export type InvitationAnswerService = ReturnType<typeof createInvitationAnswerService>;

/** Invitations to teams, as those see them who are invited. To everybody else there is no such invitation. */
export const createInvitationAnswerService = ({em, roles}: {em: EntityManager; roles: Roles}) => {
	/**
	 * Works on an open invitation for the actor, while nobody else can answer it, take it back or send it again. Rejects with INVITATION_NOT_FOUND,
	 * INVITATION_NOT_PENDING{status}.
	 */
	const answering = <T>(
		actor: Actor,
		which: AnswerInvitation,
		work: (tx: EntityManager, invitation: Invitation, team: Team) => Promise<T>,
	): Promise<T> =>
		inTransaction(em, async tx => {
			const where = which.token === undefined ? {id: which.id!} : {tokenHash: hashToken(which.token)};
			const found = await tx.findOne(Invitation, where);
			const user = await tx.findOneOrFail(User, {id: actor.id});
			if (!found?.isFor(user)) throw new AppError('INVITATION_NOT_FOUND');
			requirePending(found);
			const team = await lockTeam(tx, found.team);
			// As it is now that it can be changed by nobody else; sent again meanwhile, the token may be void.
			const invitation = await tx.findOne(Invitation, {...where, id: found.id}, {refresh: true});
			if (!invitation) throw new AppError('INVITATION_NOT_FOUND');
			requirePending(invitation);
			return work(tx, invitation, team);
		});

	/** Whoever invited must be able to do so now. */
	const requireInviter = async (tx: EntityManager, {invitedBy, team, role}: Invitation): Promise<void> => {
		const {id, name, platformRole, disabledAt} = await tx.findOneOrFail(User, {id: invitedBy}, {refresh: true});
		const inviter: Actor = {id, name, platformRole, grant: null};
		const own = (await roles.inTeams(inviter, [team])).get(team) ?? null;
		const may = !disabledAt && allows('invitation.create', inviter, own) && strongest(teamRoles, own, role) === own;
		if (!may) throw new AppError('INVITER_MAY_NOT');
	};

	return {
		/** One page of the open ones for the actor, newest first, and how many there are in all. */
		async mine(actor: Actor, query: ListOwnInvitations): Promise<[Invitation[], number]> {
			const {id, email, emailVerified} = await em.findOneOrFail(User, {id: actor.id});
			const forThem: FilterQuery<Invitation>[] = [{user: id}];
			if (email && emailVerified) forThem.push({email: email.toLowerCase()});
			return em.findAndCount(
				Invitation,
				{$or: forThem, status: 'pending', expiresAt: {$gt: new Date()}},
				{...toWindow(query), orderBy: [{createdAt: query.sort === '-createdAt' ? 'desc' : 'asc'}, {id: 'asc'}]},
			);
		},

		/** What the token opens, for whoever has it. Rejects with INVITATION_NOT_FOUND, INVITATION_NOT_PENDING{status}. */
		async preview(token: string): Promise<Invitation> {
			const invitation = await em.findOne(Invitation, {tokenHash: hashToken(token)});
			if (!invitation) throw new AppError('INVITATION_NOT_FOUND');
			requirePending(invitation);
			return invitation;
		},

		/**
		 * Makes the actor a member of the team; once, however many ask at the same time. What else is open for them in the team ends. Rejects with
		 * INVITATION_NOT_FOUND, INVITATION_NOT_PENDING{status}, INVITER_MAY_NOT, ALREADY_MEMBER; then nothing has changed.
		 */
		accept: (actor: Actor, which: AnswerInvitation): Promise<Team> =>
			answering(actor, which, async (tx, invitation, team) => {
				await requireInviter(tx, invitation);
				if ((await tx.count(TeamMember, {team: team.id, user: actor.id})) > 0) throw new AppError('ALREADY_MEMBER');
				const now = new Date();
				Object.assign(invitation, {status: 'accepted', answeredAt: now});
				tx.create(TeamMember, {team: team.id, user: actor.id, role: invitation.role, joinedAt: now});
				touch(team);
				await tx.flush();
				await revokeForPerson(tx, team.id, actor.id);
				return team;
			}),

		/** Rejects with INVITATION_NOT_FOUND, INVITATION_NOT_PENDING{status}. */
		decline: (actor: Actor, which: AnswerInvitation): Promise<void> =>
			answering(actor, which, async (_tx, invitation) => {
				Object.assign(invitation, {status: 'declined', answeredAt: new Date()});
			}),
	};
};

const requirePending = (invitation: Invitation): void => {
	const status = invitation.statusNow();
	if (status !== 'pending') throw new AppError('INVITATION_NOT_PENDING', {status});
};
