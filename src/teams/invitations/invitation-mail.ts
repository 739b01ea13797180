import {type EntityManager, raw} from '@mikro-orm/postgresql';
import {createFollowUps} from '../../follow-ups.ts';
import {type Language, translate} from '../../i18n/translate.ts';
import type {Logger} from '../../logger.ts';
import type {Mail, Mailer} from '../../mail/mailer.ts';
import {User} from '../../users/user.entity.ts';
import {Team} from '../team.entity.ts';
import {Invitation} from './invitation.entity.ts';

export interface InvitationMailDependencies {
	em: EntityManager;
	/** null: nothing is mailed. */
	mailer: Mailer | null;
	/** Where people reach the service. */
	publicUrl: string;
	log: Logger;
}

export type InvitationMail = ReturnType<typeof createInvitationMail>;

interface ToSend {
	invitation: Pick<Invitation, 'id' | 'tokenHash'>;
	token: string;
	/** When nothing is known of who gets it. */
	language: Language;
}

/**
 * Mails invitations. Only the token's hash is kept, so what is lost here cannot be sent by anybody else: the invitation says whether it was, and it can be
 * sent again.
 */
export const createInvitationMail = ({em, mailer, publicUrl, log}: InvitationMailDependencies) => {
	const {later, settle} = createFollowUps({log, remedy: 'it can be sent again'});

	const deliver = async (own: EntityManager, {invitation: {id}, token, language}: ToSend): Promise<void> => {
		const invitation = await own.findOneOrFail(Invitation, {id});
		const person = await recipient(own, invitation);
		const to = invitation.email ?? (person?.emailVerified ? person.email : null);
		if (!mailer || !to) return;
		const [team, inviter] = [
			await own.findOneOrFail(Team, {id: invitation.team}),
			await own.findOneOrFail(User, {id: invitation.invitedBy}),
		];
		const facts = {team: team.name, inviter: inviter.name, role: invitation.role, until: invitation.expiresAt};
		await mailer.send({to, ...inWords(person?.language ?? language, facts, linkTo(publicUrl, token))});
	};

	return {
		/** After the commit, and not waited for: how it went is written into the invitation. */
		send: (what: ToSend): void => {
			if (!mailer) return;
			const {id, tokenHash} = what.invitation;
			later({invitationId: id}, 'how an invitation was mailed is not known', async () => {
				const own = em.fork();
				const outcome = await deliver(own, what).then(
					() => ({mailedAt: new Date(), mailError: null}),
					(error: unknown) => ({mailedAt: null, mailError: codeOf(error)}),
				);
				// Not for one that was sent again meanwhile.
				await own.nativeUpdate(Invitation, {id, tokenHash}, outcome);
			});
		},

		/** Resolves when nothing is under way. */
		settle,
	};
};

/** What the server answered, and not what it said: that may name machines. */
const codeOf = (error: unknown): string => {
	if (!(error instanceof Error)) return 'UNKNOWN';
	const {code = error.name, responseCode} = error as Error & {code?: string; responseCode?: number};
	return responseCode === undefined ? code : `${code} ${responseCode}`;
};

/** Who will get it, if anybody knows. */
const recipient = (em: EntityManager, {user, email}: Invitation): Promise<User | null> =>
	user !== null
		? em.findOne(User, {id: user})
		: em.findOne(User, {[raw('lower(email)')]: email, emailVerified: true, disabledAt: null});

/** Behind the #, which no browser sends to a server and no log gets to see. */
const linkTo = (publicUrl: string, token: string): string => `${publicUrl}/invitations#token=${token}`;

interface Facts {
	team: string;
	inviter: string;
	role: Invitation['role'];
	until: Date;
}

const inWords = (language: Language, {role, until, ...facts}: Facts, link: string): Omit<Mail, 'to'> => {
	const params = {
		...facts,
		link,
		role: translate(language, `teamRoles.${role}`),
		until: until.toISOString().slice(0, 16).replace('T', ' '),
	};
	return {
		subject: translate(language, 'mail.invitation.subject', params),
		text: translate(language, 'mail.invitation.text', params),
	};
};
