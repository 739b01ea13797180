import type {Roles} from '../access/roles.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {idempotent} from '../http/idempotent.ts';
import {toPage} from '../http/page.ts';
import {parseBody, parseId, parseQuery} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import type {LeaseService} from './lease.service.ts';
import type {OperationService} from './operation.service.ts';
import {
	AddWorkspaceMember,
	ListWorkspaceMembers,
	TransferWorkspace,
	UpdateWorkspaceMember,
	type WorkspaceMemberView,
} from './workspace-member.schema.ts';
import type {NamedWorkspaceMember, WorkspaceMemberService} from './workspace-member.service.ts';
import type {WorkspaceTransferService} from './workspace-transfer.service.ts';
import {createWorkspaceViews} from './workspace-views.ts';
import {workspaceId} from './workspace.router.ts';

interface Dependencies {
	workspaceMembers: WorkspaceMemberService;
	workspaceTransfers: WorkspaceTransferService;
	operations: OperationService;
	leases: LeaseService;
	roles: Roles;
}

/** Whose a workspace is, and whom it is shared with. */
export const createWorkspaceMemberRouter = (services: Dependencies): AppRouter => {
	const {workspaceMembers, workspaceTransfers} = services;
	const router = createApiRouter();
	const viewAll = createWorkspaceViews(services);
	const member = (ctx: RouteContext) => ({
		workspaceId: workspaceId(ctx),
		userId: parseId(ctx.params['userId'], 'MEMBER_NOT_FOUND'),
	});

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/members:
	 *   get:
	 *     tags: [Sharing]
	 *     operationId: listWorkspaceMembers
	 *     summary: Whom a workspace is shared with
	 *     description: Its owner, and who sees it by a team, is not among them.
	 *     x-query: ListWorkspaceMembers
	 *     responses:
	 *       200:
	 *         description: One page
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/WorkspaceMemberPage'}}}
	 *   post:
	 *     tags: [Sharing]
	 *     operationId: addWorkspaceMember
	 *     summary: Share a workspace with somebody
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/AddWorkspaceMember'}}}
	 *     responses:
	 *       201:
	 *         description: Shared
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/WorkspaceMember'}}}
	 * /api/v1/workspaces/{id}/members/{userId}:
	 *   patch:
	 *     tags: [Sharing]
	 *     operationId: updateWorkspaceMember
	 *     summary: Give a member of a workspace another role
	 *     description: If-Match takes the revision of the workspace.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/UpdateWorkspaceMember'}}}
	 *     responses:
	 *       200:
	 *         description: The member as they are now
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/WorkspaceMember'}}}
	 *   delete:
	 *     tags: [Sharing]
	 *     operationId: removeWorkspaceMember
	 *     summary: No longer share a workspace with somebody
	 *     description: >
	 *       What only they were allowed ends with it: their jobs in it are paused, what runs as them is cancelled. If-Match takes the revision of the
	 *       workspace.
	 *     responses:
	 *       204: {description: Removed}
	 */
	router.get('/workspaces/:id/members', authorize('workspace.members.list'), async ctx => {
		const query = parseQuery(ctx, ListWorkspaceMembers);
		const [found, total] = await workspaceMembers.list(workspaceId(ctx), query);
		ctx.body = toPage(found.map(viewMember), query, total);
	});

	router.post('/workspaces/:id/members', authorize('workspace.members.write'), idempotent, async ctx => {
		const input = parseBody(ctx, AddWorkspaceMember);
		ctx.body = viewMember(await workspaceMembers.add(ctx.state.actor, workspaceId(ctx), input));
		ctx.status = 201;
	});

	router.patch('/workspaces/:id/members/:userId', authorize('workspace.members.write'), async ctx => {
		const {role} = parseBody(ctx, UpdateWorkspaceMember);
		ctx.body = viewMember(await workspaceMembers.changeRole(ctx.state.actor, member(ctx), role, ifMatch(ctx)));
	});

	router.delete('/workspaces/:id/members/:userId', authorize('workspace.members.write'), async ctx => {
		await workspaceMembers.remove(member(ctx), ifMatch(ctx));
		ctx.status = 204;
	});

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/leave:
	 *   post:
	 *     tags: [Sharing]
	 *     operationId: leaveWorkspace
	 *     summary: No longer be a member of a workspace
	 *     description: For whom it was shared with. Ends the same as being removed does.
	 *     responses:
	 *       204: {description: Left}
	 * /api/v1/workspaces/{id}/transfer:
	 *   post:
	 *     tags: [Sharing]
	 *     operationId: transferWorkspace
	 *     summary: Give a workspace to somebody, into a team or out of one
	 *     description: >
	 *       Who could work in it before, and cannot any more, loses what runs there. The owner of a workspace of a team is in that team
	 *       (OWNER_NOT_IN_TEAM); names are unique in a team and among what is somebody's alone (WORKSPACE_NAME_TAKEN). If-Match is honoured.
	 *     parameters:
	 *       - {$ref: '#/components/parameters/IfMatch'}
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/TransferWorkspace'}}}
	 *     responses:
	 *       200:
	 *         description: The workspace as it is now; without operations, when the caller may not see it any more
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Workspace'}}}
	 */
	router.post('/workspaces/:id/leave', authorize('workspace.leave'), idempotent, async ctx => {
		await workspaceMembers.leave(ctx.state.actor, workspaceId(ctx));
		ctx.body = null;
		ctx.status = 204;
	});

	router.post('/workspaces/:id/transfer', authorize('workspace.transfer'), idempotent, async ctx => {
		const input = parseBody(ctx, TransferWorkspace);
		const workspace = await workspaceTransfers.transfer(ctx.state.actor, workspaceId(ctx), input, ifMatch(ctx));
		setRevision(ctx, workspace.revision, {isWhole: false});
		[ctx.body] = await viewAll(ctx.state.actor, [workspace]);
	});

	return router;
};

const viewMember = ({member, name}: NamedWorkspaceMember): WorkspaceMemberView => ({
	userId: member.user,
	name,
	role: member.role,
	addedBy: member.addedBy,
	createdAt: member.createdAt.toISOString(),
});
