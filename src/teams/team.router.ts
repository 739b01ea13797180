import type {Roles} from '../access/roles.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {idempotent} from '../http/idempotent.ts';
import {toPage} from '../http/page.ts';
import {parseBody, parseId, parseQuery} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {apiPrefix, type AppRouter, createApiRouter} from '../http/router.ts';
import type {Team} from './team.entity.ts';
import {CreateTeam, ListTeams, UpdateTeam} from './team.schema.ts';
import type {TeamService} from './team.service.ts';
import {createTeamViews} from './team.view.ts';

export const teamId = (ctx: RouteContext): string => parseId(ctx.params['id'], 'TEAM_NOT_FOUND');

export const createTeamRouter = ({teams, roles}: {teams: TeamService; roles: Roles}): AppRouter => {
	const router = createApiRouter();
	const viewAll = createTeamViews({teams, roles});

	const show = async (ctx: RouteContext, team: Team): Promise<void> => {
		setRevision(ctx, team.revision, {isWhole: false});
		[ctx.body] = await viewAll(ctx.state.actor, [team]);
	};

	/**
	 * @openapi
	 * /api/v1/teams:
	 *   post:
	 *     tags: [Teams]
	 *     operationId: createTeam
	 *     summary: Make a team, and be its owner
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/CreateTeam'}}}
	 *     responses:
	 *       201:
	 *         description: Made
	 *         headers:
	 *           Location: {description: Where the team is, schema: {type: string}}
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Team'}}}
	 *         links:
	 *           read: {operationId: getTeam, parameters: {id: $response.body#/id}}
	 *           members: {operationId: listTeamMembers, parameters: {id: $response.body#/id}}
	 *   get:
	 *     tags: [Teams]
	 *     operationId: listTeams
	 *     summary: The teams that the caller is in; for administrators all
	 *     x-query: ListTeams
	 *     responses:
	 *       200:
	 *         description: One page
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/TeamPage'}}}
	 */
	router.post('/teams', authorize('team.create'), idempotent, async ctx => {
		const team = await teams.create(ctx.state.actor, parseBody(ctx, CreateTeam));
		await show(ctx, team);
		ctx.status = 201;
		ctx.set('Location', `${apiPrefix}/teams/${team.id}`);
	});

	router.get('/teams', authorize('team.list'), async ctx => {
		const query = parseQuery(ctx, ListTeams);
		const [found, total] = await teams.list(ctx.state.actor, query);
		ctx.body = toPage(await viewAll(ctx.state.actor, found), query, total);
	});

	/**
	 * @openapi
	 * /api/v1/teams/{id}:
	 *   get:
	 *     tags: [Teams]
	 *     operationId: getTeam
	 *     summary: One team
	 *     responses:
	 *       200:
	 *         description: The team
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Team'}}}
	 *   patch:
	 *     tags: [Teams]
	 *     operationId: updateTeam
	 *     summary: Change a team's name, description or picture
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/UpdateTeam'}}}
	 *     responses:
	 *       200:
	 *         description: The team as it is now
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Team'}}}
	 *   delete:
	 *     tags: [Teams]
	 *     operationId: deleteTeam
	 *     summary: Delete a team
	 *     description: Refused while it has workspaces (TEAM_HAS_WORKSPACES, with their number). Its open invitations end with it.
	 *     responses:
	 *       204: {description: Deleted}
	 */
	router.get('/teams/:id', authorize('team.read'), async ctx => show(ctx, await teams.get(teamId(ctx))));

	router.patch('/teams/:id', authorize('team.update'), async ctx =>
		show(ctx, await teams.update(teamId(ctx), parseBody(ctx, UpdateTeam), ifMatch(ctx))),
	);

	router.delete('/teams/:id', authorize('team.delete'), async ctx => {
		await teams.delete(teamId(ctx), ifMatch(ctx));
		ctx.status = 204;
	});

	return router;
};
