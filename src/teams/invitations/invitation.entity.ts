import {defineEntity, p} from '@mikro-orm/core';
import {teamRoles} from '../../access/permissions.ts';
import {User} from '../../users/user.entity.ts';
import {Team} from '../team.entity.ts';

export const invitationStatuses = ['pending', 'accepted', 'declined', 'revoked', 'expired'] as const;
export type InvitationStatus = (typeof invitationStatuses)[number];

/** Somebody may join a team: whoever has a verified address, or one person. */
const InvitationSchema = defineEntity({
	name: 'Invitation',
	tableName: 'invitation',
	properties: {
		id: p.uuid().primary(),
		team: () => p.manyToOne(Team).mapToPk().index(),
		/** In lower case. */
		email: p.string().strictNullable().index(),
		user: () => p.manyToOne(User).mapToPk().strictNullable().deleteRule('cascade').index(),
		role: p.enum([...teamRoles]),
		/** SHA-256 of the token: with 256 bits of chance in it there is nothing to guess. */
		tokenHash: p.string().unique(),
		/** Who answers for it: whoever sent it last. */
		invitedBy: () => p.manyToOne(User).mapToPk(),
		/** One that is pending and whose time is over has expired; `statusNow` says so. */
		status: p.enum([...invitationStatuses]).default('pending'),
		createdAt: p.datetime(3),
		expiresAt: p.datetime(3),
		answeredAt: p.datetime(3).strictNullable(),
		/** When the mail was handed over. Neither this nor an error: it was not sent, or is under way. */
		mailedAt: p.datetime(3).strictNullable(),
		mailError: p.string().strictNullable(),
		revision: p.integer().version(),
	},
	checks: [{name: 'invitation_for_check', expression: 'num_nonnulls(email, user_id) = 1'}],
});

export class Invitation extends InvitationSchema.class {
	statusNow(): InvitationStatus {
		return this.status === 'pending' && this.expiresAt <= new Date() ? 'expired' : this.status;
	}

	/** Is it for them? An address counts only when its provider has verified it. */
	isFor({id, email, emailVerified}: User): boolean {
		if (this.user !== null) return this.user === id;
		return emailVerified && email?.toLowerCase() === this.email;
	}
}
InvitationSchema.setClass(Invitation);
