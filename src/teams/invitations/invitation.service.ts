import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import type {AccessService} from '../../access/access.service.ts';
import type {Actor} from '../../access/actor.ts';
import {requireNotAbove} from '../../access/not-above.ts';
import {teamRoles} from '../../access/permissions.ts';
import {AppError} from '../../errors.ts';
import {toWindow} from '../../http/page.ts';
import {requireRevision} from '../../http/revision.ts';
import type {Language} from '../../i18n/translate.ts';
import {inTransaction} from '../../transaction.ts';
import {findPerson} from '../../users/find-person.ts';
import {lockTeam} from '../locked-team.ts';
import {TeamMember} from '../team-member.entity.ts';
import {Invitation} from './invitation.entity.ts';
import type {InvitationMail} from './invitation-mail.ts';
import type {CreateInvitation, ListInvitations} from './invitation.schema.ts';
import {makeToken} from './invitation-token.ts';

/** How long one is good for. */
const HOURS = 72;

/** An invitation, and the only time that its token is known. */
export interface SentInvitation {
	invitation: Invitation;
	token: string;
}

export interface InvitationServiceDependencies {
	em: EntityManager;
	access: AccessService;
	mail: InvitationMail;
}

export type InvitationService = ReturnType<typeof createInvitationService>;

/** Invitations to teams, as the team sees them. How they are answered: `invitation-answer.service.ts`. */
export const createInvitationService = ({em, access, mail}: InvitationServiceDependencies) => {
	/** Works on an invitation of a team whose members do not change meanwhile. */
	const locked = <T>(
		teamId: string,
		id: string,
		work: (tx: EntityManager, invitation: Invitation) => Promise<T>,
	): Promise<T> =>
		inTransaction(em, async tx => {
			await lockTeam(tx, teamId);
			const invitation = await tx.findOne(Invitation, {id, team: teamId}, {refresh: true});
			if (!invitation) throw new AppError('INVITATION_NOT_FOUND');
			return work(tx, invitation);
		});

	return {
		/**
		 * Invites whoever has an address, or a person. Whether the address is anybody's makes no difference. It is mailed after the commit, where mail is
		 * configured. `language` is for whom nothing is known of. Rejects with TEAM_NOT_FOUND, PERMISSION_DENIED, ROLE_ABOVE_OWN{role}, USER_NOT_FOUND and
		 * ALREADY_MEMBER for a person, and INVITATION_PENDING.
		 */
		create: (actor: Actor, teamId: string, input: CreateInvitation, language: Language): Promise<SentInvitation> =>
			inTransaction(em, async tx => {
				await lockTeam(tx, teamId);
				requireNotAbove(teamRoles, await access.requireTeam(actor, 'invitation.create', teamId), input.role);
				const user = input.userId ?? null;
				const email = input.email?.toLowerCase() ?? null;
				if (user !== null) {
					await findPerson(tx, {userId: user});
					if ((await tx.count(TeamMember, {team: teamId, user})) > 0) throw new AppError('ALREADY_MEMBER');
				}
				const open = await tx.find(Invitation, {team: teamId, user, email, status: 'pending'}, {refresh: true});
				if (open.some(one => one.statusNow() === 'pending')) throw new AppError('INVITATION_PENDING');
				for (const one of open) one.status = 'expired';
				const {token, tokenHash} = makeToken();
				const invitation = tx.create(Invitation, {
					id: uuid(),
					team: teamId,
					email,
					user,
					role: input.role,
					tokenHash,
					invitedBy: actor.id,
					createdAt: new Date(),
					expiresAt: expiry(),
					answeredAt: null,
					mailedAt: null,
					mailError: null,
				});
				await tx.flush();
				mail.send({invitation, token, language});
				return {invitation, token};
			}),

		/** One page of a team's, newest first, and how many there are in all. */
		list(teamId: string, query: ListInvitations): Promise<[Invitation[], number]> {
			const newestFirst = query.sort === '-createdAt';
			return em.findAndCount(
				Invitation,
				{$and: [{team: teamId}, withStatus(query.status)]},
				{...toWindow(query), orderBy: [{createdAt: newestFirst ? 'desc' : 'asc'}, {id: 'asc'}]},
			);
		},

		/**
		 * Sends one that is open, or has expired, again: with a new token, for the whole time. The token before it is good no longer. The actor answers for it
		 * from then on. Rejects with TEAM_NOT_FOUND, PERMISSION_DENIED, INVITATION_NOT_FOUND, INVITATION_NOT_PENDING{status}, ROLE_ABOVE_OWN{role}.
		 */
		resend: (actor: Actor, {teamId, id}: {teamId: string; id: string}, language: Language): Promise<SentInvitation> =>
			locked(teamId, id, async (tx, invitation) => {
				const own = await access.requireTeam(actor, 'invitation.resend', teamId);
				const status = invitation.statusNow();
				if (status !== 'pending' && status !== 'expired') throw new AppError('INVITATION_NOT_PENDING', {status});
				requireNotAbove(teamRoles, own, invitation.role);
				const {token, tokenHash} = makeToken();
				Object.assign(invitation, {
					tokenHash,
					status: 'pending',
					invitedBy: actor.id,
					expiresAt: expiry(),
					mailedAt: null,
					mailError: null,
				});
				await tx.flush();
				mail.send({invitation, token, language});
				return {invitation, token};
			}),

		/** Takes one back that is not answered; again is the same. Rejects with TEAM_NOT_FOUND, INVITATION_NOT_FOUND, REVISION_CONFLICT, INVITATION_NOT_PENDING{status}. */
		revoke: ({teamId, id}: {teamId: string; id: string}, revision: number | null): Promise<void> =>
			locked(teamId, id, async (_tx, invitation) => {
				requireRevision(revision, invitation.revision);
				const {status} = invitation;
				if (status === 'accepted' || status === 'declined') throw new AppError('INVITATION_NOT_PENDING', {status});
				invitation.status = 'revoked';
			}),
	};
};

const expiry = (): Date => new Date(Date.now() + HOURS * 3_600_000);

const withStatus = (status: ListInvitations['status']): FilterQuery<Invitation> => {
	const now = new Date();
	if (status === undefined) return {};
	if (status === 'pending') return {status, expiresAt: {$gt: now}};
	if (status === 'expired') return {$or: [{status}, {status: 'pending', expiresAt: {$lte: now}}]};
	return {status};
};
