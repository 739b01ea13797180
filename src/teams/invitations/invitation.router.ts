import type {Roles} from '../../access/roles.ts';
import {authorize} from '../../http/authorize.ts';
import type {RouteContext} from '../../http/context.ts';
import {idempotent, notIdempotent} from '../../http/idempotent.ts';
import {toPage} from '../../http/page.ts';
import {parseBody, parseId, parseQuery} from '../../http/parse.ts';
import {ifMatch, setRevision} from '../../http/revision.ts';
import {type AppRouter, createApiRouter} from '../../http/router.ts';
import {teamId} from '../team.router.ts';
import type {TeamService} from '../team.service.ts';
import {createTeamViews} from '../team.view.ts';
import type {InvitationAnswerService} from './invitation-answer.service.ts';
import {
	AnswerInvitation,
	CreateInvitation,
	ListInvitations,
	ListOwnInvitations,
	PreviewInvitation,
} from './invitation.schema.ts';
import type {InvitationService, SentInvitation} from './invitation.service.ts';
import type {InvitationViews} from './invitation.view.ts';

interface Dependencies {
	invitations: InvitationService;
	invitationAnswers: InvitationAnswerService;
	invitationViews: InvitationViews;
	teams: TeamService;
	roles: Roles;
}

export const createInvitationRouter = (services: Dependencies): AppRouter => {
	const {invitations, invitationAnswers, invitationViews: views, teams, roles} = services;
	const router = createApiRouter();
	const viewTeams = createTeamViews({teams, roles});
	const invitation = (ctx: RouteContext) => ({
		teamId: teamId(ctx),
		id: parseId(ctx.params['invitationId'], 'INVITATION_NOT_FOUND'),
	});

	const showNew = async (ctx: RouteContext, sent: SentInvitation): Promise<void> => {
		const [view] = await views.ofTeam([sent.invitation]);
		ctx.set('Cache-Control', 'no-store');
		ctx.body = {...view, token: sent.token};
	};

	/**
	 * @openapi
	 * /api/v1/teams/{id}/invitations:
	 *   post:
	 *     tags: [Invitations]
	 *     operationId: createInvitation
	 *     summary: Invite somebody to a team
	 *     description: >
	 *       Good for 72 hours, and for whom it names alone. The token is shown in this answer and never again; it is also mailed, where the service can.
	 *       Whether an address is anybody's makes no difference to the answer.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/CreateInvitation'}}}
	 *     responses:
	 *       201:
	 *         description: Made
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/NewInvitation'}}}
	 *   get:
	 *     tags: [Invitations]
	 *     operationId: listInvitations
	 *     summary: The invitations of a team
	 *     x-query: ListInvitations
	 *     responses:
	 *       200:
	 *         description: One page, newest first unless asked otherwise
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/InvitationPage'}}}
	 * /api/v1/teams/{id}/invitations/{invitationId}/resend:
	 *   post:
	 *     tags: [Invitations]
	 *     operationId: resendInvitation
	 *     summary: Send an invitation again, with a new token
	 *     description: For one that is pending or has expired. The token before it is good no longer.
	 *     responses:
	 *       200:
	 *         description: Sent again
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/NewInvitation'}}}
	 * /api/v1/teams/{id}/invitations/{invitationId}:
	 *   delete:
	 *     tags: [Invitations]
	 *     operationId: revokeInvitation
	 *     summary: Take an invitation back
	 *     responses:
	 *       204: {description: It can be accepted no longer}
	 */
	// Answers that are kept to be given again would be tokens that are kept.
	router.post('/teams/:id/invitations', authorize('invitation.create'), notIdempotent, async ctx => {
		const {actor, language} = ctx.state;
		await showNew(ctx, await invitations.create(actor, teamId(ctx), parseBody(ctx, CreateInvitation), language));
		ctx.status = 201;
	});

	router.get('/teams/:id/invitations', authorize('invitation.list'), async ctx => {
		const query = parseQuery(ctx, ListInvitations);
		const [found, total] = await invitations.list(teamId(ctx), query);
		ctx.body = toPage(await views.ofTeam(found), query, total);
	});

	router.post('/teams/:id/invitations/:invitationId/resend', authorize('invitation.resend'), notIdempotent, async ctx =>
		showNew(ctx, await invitations.resend(ctx.state.actor, invitation(ctx), ctx.state.language)),
	);

	router.delete('/teams/:id/invitations/:invitationId', authorize('invitation.revoke'), async ctx => {
		await invitations.revoke(invitation(ctx), ifMatch(ctx));
		ctx.status = 204;
	});

	/**
	 * @openapi
	 * /api/v1/invitations:
	 *   get:
	 *     tags: [Invitations]
	 *     operationId: listOwnInvitations
	 *     summary: The open invitations for the caller
	 *     description: Those for them, and those for their e-mail address once its provider has verified it.
	 *     x-query: ListOwnInvitations
	 *     responses:
	 *       200:
	 *         description: One page, newest first unless asked otherwise
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/OwnInvitationPage'}}}
	 * /api/v1/invitations/preview:
	 *   post:
	 *     tags: [Invitations]
	 *     operationId: previewInvitation
	 *     summary: What an invitation is to, without signing in
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/PreviewInvitation'}}}
	 *     responses:
	 *       200:
	 *         description: An open invitation
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/InvitationPreview'}}}
	 *       404: {$ref: '#/components/responses/NotFound'}
	 *       409: {$ref: '#/components/responses/Conflict'}
	 * /api/v1/invitations/accept:
	 *   post:
	 *     tags: [Invitations]
	 *     operationId: acceptInvitation
	 *     summary: Join the team
	 *     description: >
	 *       By the token, or by the id of one of the caller's own. To whom an invitation is not for there is none. Refused when whoever invited may not do so
	 *       any more (INVITER_MAY_NOT).
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/AnswerInvitation'}}}
	 *     responses:
	 *       200:
	 *         description: The team
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Team'}}}
	 *       404: {$ref: '#/components/responses/NotFound'}
	 * /api/v1/invitations/decline:
	 *   post:
	 *     tags: [Invitations]
	 *     operationId: declineInvitation
	 *     summary: Do not join the team
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/AnswerInvitation'}}}
	 *     responses:
	 *       204: {description: Declined}
	 *       404: {$ref: '#/components/responses/NotFound'}
	 */
	router.get('/invitations', authorize('invitation.mine'), async ctx => {
		const query = parseQuery(ctx, ListOwnInvitations);
		const [found, total] = await invitationAnswers.mine(ctx.state.actor, query);
		ctx.body = toPage(await views.own(found), query, total);
	});

	// In the body: addresses end up in logs.
	router.post('/invitations/preview', authorize('public'), notIdempotent, async ctx => {
		const {token} = parseBody(ctx, PreviewInvitation);
		ctx.set('Cache-Control', 'no-store');
		ctx.body = await views.preview(await invitationAnswers.preview(token));
	});

	router.post('/invitations/accept', authorize('invitation.answer'), idempotent, async ctx => {
		const team = await invitationAnswers.accept(ctx.state.actor, parseBody(ctx, AnswerInvitation));
		setRevision(ctx, team.revision, {isWhole: false});
		[ctx.body] = await viewTeams(ctx.state.actor, [team]);
	});

	router.post('/invitations/decline', authorize('invitation.answer'), idempotent, async ctx => {
		await invitationAnswers.decline(ctx.state.actor, parseBody(ctx, AnswerInvitation));
		ctx.body = null;
		ctx.status = 204;
	});

	return router;
};
