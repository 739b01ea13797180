import type {Roles} from '../access/roles.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {idempotent} from '../http/idempotent.ts';
import {toPage} from '../http/page.ts';
import {parseBody, parseId, parseQuery} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import {ListTeamMembers, UpdateTeamMember} from './team-member.schema.ts';
import type {TeamMemberService} from './team-member.service.ts';
import {teamId} from './team.router.ts';
import {TransferOwnership} from './team.schema.ts';
import type {TeamService} from './team.service.ts';
import {createTeamViews, viewTeamMember} from './team.view.ts';

interface Dependencies {
	teams: TeamService;
	teamMembers: TeamMemberService;
	roles: Roles;
}

/** Who is in a team. */
export const createTeamMemberRouter = ({teams, teamMembers, roles}: Dependencies): AppRouter => {
	const router = createApiRouter();
	const viewAll = createTeamViews({teams, roles});
	const member = (ctx: RouteContext) => ({
		teamId: teamId(ctx),
		userId: parseId(ctx.params['userId'], 'MEMBER_NOT_FOUND'),
	});

	/**
	 * @openapi
	 * /api/v1/teams/{id}/members:
	 *   get:
	 *     tags: [Teams]
	 *     operationId: listTeamMembers
	 *     summary: Who is in a team
	 *     x-query: ListTeamMembers
	 *     responses:
	 *       200:
	 *         description: One page
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/TeamMemberPage'}}}
	 * /api/v1/teams/{id}/members/{userId}:
	 *   patch:
	 *     tags: [Teams]
	 *     operationId: updateTeamMember
	 *     summary: Give a member another role
	 *     description: >
	 *       None above the caller's own, and nobody whose role is above that (ROLE_ABOVE_OWN). Never the last owner who can sign in (LAST_OWNER).
	 *       If-Match takes the revision of the team.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/UpdateTeamMember'}}}
	 *     responses:
	 *       200:
	 *         description: The member as they are now
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/TeamMember'}}}
	 *   delete:
	 *     tags: [Teams]
	 *     operationId: removeTeamMember
	 *     summary: Take somebody out of a team
	 *     description: >
	 *       What only they were allowed ends with it: their jobs in its workspaces are paused, what runs as them is cancelled. Workspaces of the team that
	 *       they own pass to an owner of it. Never the last owner (LAST_OWNER). If-Match takes the revision of the team.
	 *     responses:
	 *       204: {description: Removed}
	 */
	router.get('/teams/:id/members', authorize('team.members.list'), async ctx => {
		const query = parseQuery(ctx, ListTeamMembers);
		const [found, total] = await teamMembers.list(teamId(ctx), query);
		ctx.body = toPage(found.map(viewTeamMember), query, total);
	});

	router.patch('/teams/:id/members/:userId', authorize('team.members.update'), async ctx => {
		const {role} = parseBody(ctx, UpdateTeamMember);
		ctx.body = viewTeamMember(await teamMembers.changeRole(ctx.state.actor, member(ctx), role, ifMatch(ctx)));
	});

	router.delete('/teams/:id/members/:userId', authorize('team.members.remove'), async ctx => {
		await teamMembers.remove(ctx.state.actor, member(ctx), ifMatch(ctx));
		ctx.status = 204;
	});

	/**
	 * @openapi
	 * /api/v1/teams/{id}/leave:
	 *   post:
	 *     tags: [Teams]
	 *     operationId: leaveTeam
	 *     summary: Leave a team
	 *     description: Ends the same as being removed does. Never the last owner (LAST_OWNER).
	 *     responses:
	 *       204: {description: Left}
	 * /api/v1/teams/{id}/transfer-ownership:
	 *   post:
	 *     tags: [Teams]
	 *     operationId: transferTeamOwnership
	 *     summary: Make a member the owner in one's own place
	 *     description: The caller is an admin of the team from then on.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/TransferOwnership'}}}
	 *     responses:
	 *       200:
	 *         description: The team as it is now
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Team'}}}
	 */
	router.post('/teams/:id/leave', authorize('team.leave'), idempotent, async ctx => {
		await teamMembers.leave(ctx.state.actor, teamId(ctx));
		ctx.body = null;
		ctx.status = 204;
	});

	router.post('/teams/:id/transfer-ownership', authorize('team.transfer'), idempotent, async ctx => {
		await teamMembers.transferOwnership(ctx.state.actor, teamId(ctx), parseBody(ctx, TransferOwnership).userId);
		const team = await teams.get(teamId(ctx));
		setRevision(ctx, team.revision, {isWhole: false});
		[ctx.body] = await viewAll(ctx.state.actor, [team]);
	});

	return router;
};
