import {z} from 'zod';
import {teamRoles} from '../../access/permissions.ts';
import {listQuery, Page} from '../../http/page.ts';
import {invitationStatuses} from './invitation.entity.ts';

const DateTime = z.iso.datetime();
const id = '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e';
const token = 'wsm_inv_mRk3…';

const Role = z.enum(teamRoles).meta({description: 'What they will be in the team.', example: 'member'});
const Token = z.string().min(1).max(200).meta({description: 'As it was shown or mailed.', example: token});
const hasOne = (input: object): boolean => Object.keys(input).filter(key => key !== 'role').length === 1;

export const CreateInvitation = z
	.strictObject({
		email: z
			.email()
			.max(254)
			.optional()
			.meta({description: 'Whoever has verified this address may accept.', example: 'ada@example.com'}),
		userId: z.uuid().optional().meta({description: 'Or: only this person may.', example: id}),
		role: Role.default('member'),
	})
	.refine(hasOne, {params: {code: 'ONE_OF_TWO'}, path: ['email']})
	.meta({
		id: 'CreateInvitation',
		description: "An invitation to a team, by address or by person, in a role that is not above the caller's own.",
		example: {email: 'ada@example.com', role: 'member'},
	});
export type CreateInvitation = z.infer<typeof CreateInvitation>;

export const AnswerInvitation = z
	.strictObject({
		token: Token.optional(),
		id: z.uuid().optional().meta({description: "Or: its id, as the caller's own invitations list it.", example: id}),
	})
	.refine(hasOne, {params: {code: 'ONE_OF_TWO'}, path: ['token']})
	.meta({id: 'AnswerInvitation', description: 'Which invitation.', example: {token}});
export type AnswerInvitation = z.infer<typeof AnswerInvitation>;

export const PreviewInvitation = z
	.strictObject({token: Token})
	.meta({id: 'PreviewInvitation', description: 'Which invitation.', example: {token}});

const person = z
	.object({
		id: z.uuid().meta({description: 'Who.', example: id}),
		name: z.string().meta({description: 'Their name.', example: 'Ada Lovelace'}),
	})
	.nullable();
const inviterName = z.string().meta({description: 'Who invites.', example: 'Grace Hopper'});
const expiresAt = DateTime.meta({description: 'Until when it can be accepted.', example: '2026-05-04T08:00:00.000Z'});

const invitation = {
	id: z.uuid().meta({description: 'UUIDv7.', example: id}),
	email: z.string().nullable().meta({description: 'For whoever has this address.', example: 'ada@example.com'}),
	user: person.meta({description: 'Or for this person.', example: null}),
	role: Role,
	status: z.enum(invitationStatuses).meta({description: 'What has come of it.', example: 'pending'}),
	inviterName,
	createdAt: DateTime.meta({description: 'When it was made.', example: '2026-05-01T08:00:00.000Z'}),
	expiresAt,
	answeredAt: DateTime.nullable().meta({description: 'When it was accepted or declined.', example: null}),
	mailedAt: DateTime.nullable().meta({
		description: 'When it was mailed. Null without an error: not at all, or it is under way.',
		example: '2026-05-01T08:00:01.000Z',
	}),
	mailError: z.string().nullable().meta({
		description: 'Why it could not be mailed. Send it again, or hand the token over yourself.',
		example: null,
	}),
	revision: z.int().meta({description: 'For If-Match.', example: 1}),
};
const example = {
	id,
	email: 'ada@example.com',
	user: null,
	role: 'member' as const,
	status: 'pending' as const,
	inviterName: 'Grace Hopper',
	createdAt: '2026-05-01T08:00:00.000Z',
	expiresAt: '2026-05-04T08:00:00.000Z',
	answeredAt: null,
	mailedAt: '2026-05-01T08:00:01.000Z',
	mailError: null,
	revision: 1,
};

export const Invitation = z
	.object(invitation)
	.meta({id: 'Invitation', description: 'An invitation, as the team sees it.', example});
export type InvitationView = z.infer<typeof Invitation>;

export const NewInvitation = z
	.object({
		...invitation,
		token: z.string().meta({description: 'What it is accepted with. Shown this once.', example: token}),
	})
	.meta({id: 'NewInvitation', description: 'An invitation with its token.', example: {...example, token}});

export const ListInvitations = listQuery({
	sort: ['-createdAt'],
	filters: {status: z.enum(invitationStatuses).optional().meta({description: 'Only these.', example: 'pending'})},
}).meta({id: 'ListInvitations', description: 'Which to list.', example: {status: 'pending'}});
export type ListInvitations = z.infer<typeof ListInvitations>;

export const InvitationPage = Page(Invitation).meta({id: 'InvitationPage', description: 'A page of invitations.'});

const offer = {
	teamName: z.string().meta({description: 'The team.', example: 'Payments'}),
	role: Role,
	inviterName,
	expiresAt,
};
const offered = {
	teamName: 'Payments',
	role: 'member' as const,
	inviterName: 'Grace Hopper',
	expiresAt: example.expiresAt,
};

export const InvitationPreview = z
	.object(offer)
	.meta({id: 'InvitationPreview', description: 'What an open invitation is to.', example: offered});
export type InvitationPreviewView = z.infer<typeof InvitationPreview>;

export const OwnInvitation = z
	.object({id: z.uuid().meta({description: 'What it can be answered by.', example: id}), ...offer})
	.meta({id: 'OwnInvitation', description: 'An open invitation for the caller.', example: {id, ...offered}});
export type OwnInvitationView = z.infer<typeof OwnInvitation>;

export const ListOwnInvitations = listQuery({sort: ['-createdAt'], filters: {}}).meta({
	id: 'ListOwnInvitations',
	description: 'Which to list.',
	example: {pageSize: 50},
});
export type ListOwnInvitations = z.infer<typeof ListOwnInvitations>;

export const OwnInvitationPage = Page(OwnInvitation).meta({
	id: 'OwnInvitationPage',
	description: "A page of the caller's open invitations.",
});
