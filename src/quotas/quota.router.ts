import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {parseBody, parseId} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import type {QuotaSubject} from './quota.ts';
import {type QuotaView, SetQuota} from './quota.schema.ts';
import type {QuotaService, QuotaState} from './quota.service.ts';

export const createQuotaRouter = ({quotas}: {quotas: QuotaService}): AppRouter => {
	const router = createApiRouter();
	const user = (ctx: RouteContext): QuotaSubject => ({type: 'user', id: parseId(ctx.params['id'], 'USER_NOT_FOUND')});
	const team = (ctx: RouteContext): QuotaSubject => ({type: 'team', id: parseId(ctx.params['id'], 'TEAM_NOT_FOUND')});

	const show = (ctx: RouteContext, {revision, ...state}: QuotaState): void => {
		setRevision(ctx, revision, {isWhole: false});
		ctx.body = state satisfies QuotaView;
	};
	const read = async (ctx: RouteContext, subject: QuotaSubject) => show(ctx, await quotas.get(subject));
	const write = async (ctx: RouteContext, subject: QuotaSubject) =>
		show(ctx, await quotas.set(ctx.state.actor, subject, parseBody(ctx, SetQuota), ifMatch(ctx)));

	/**
	 * @openapi
	 * /api/v1/quotas/me:
	 *   get:
	 *     tags: [Quotas]
	 *     operationId: getOwnQuota
	 *     summary: How much the caller may have of what is in no team, and has
	 *     responses:
	 *       200:
	 *         description: Limits and what is used of them
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Quota'}}}
	 * /api/v1/quotas/users/{id}:
	 *   get:
	 *     tags: [Quotas]
	 *     operationId: getUserQuota
	 *     summary: How much a person may have of what is in no team, and has
	 *     responses:
	 *       200:
	 *         description: Limits and what is used of them
	 *         headers:
	 *           ETag: {description: The revision of what was set, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Quota'}}}
	 *   put:
	 *     tags: [Quotas]
	 *     operationId: setUserQuota
	 *     summary: Set the quotas of a person
	 *     description: What there is already stays, also beyond a limit; only nothing more is accepted.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/SetQuota'}}}
	 *     responses:
	 *       200:
	 *         description: As they are now
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Quota'}}}
	 * /api/v1/quotas/teams/{id}:
	 *   get:
	 *     tags: [Quotas]
	 *     operationId: getTeamQuota
	 *     summary: How much a team may have, and has
	 *     responses:
	 *       200:
	 *         description: Limits and what is used of them
	 *         headers:
	 *           ETag: {description: The revision of what was set, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Quota'}}}
	 *   put:
	 *     tags: [Quotas]
	 *     operationId: setTeamQuota
	 *     summary: Set the quotas of a team
	 *     description: What there is already stays, also beyond a limit; only nothing more is accepted.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/SetQuota'}}}
	 *     responses:
	 *       200:
	 *         description: As they are now
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Quota'}}}
	 */
	router.get('/quotas/me', authorize('quota.own'), ctx => read(ctx, {type: 'user', id: ctx.state.actor.id}));
	router.get('/quotas/users/:id', authorize('quota.read'), ctx => read(ctx, user(ctx)));
	router.put('/quotas/users/:id', authorize('quota.write'), ctx => write(ctx, user(ctx)));
	router.get('/quotas/teams/:id', authorize('quota.read'), ctx => read(ctx, team(ctx)));
	router.put('/quotas/teams/:id', authorize('quota.write'), ctx => write(ctx, team(ctx)));

	return router;
};
