import type {Roles} from '../access/roles.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {idempotent} from '../http/idempotent.ts';
import {parseBody} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import {answerCommand} from './command-answer.ts';
import {Keepalive} from './lease.schema.ts';
import type {LeaseService} from './lease.service.ts';
import type {OperationService} from './operation.service.ts';
import type {Command} from './workspace-lifecycle.ts';
import {workspaceId} from './workspace.router.ts';
import type {WorkspaceService} from './workspace.service.ts';
import {createWorkspaceViews} from './workspace-views.ts';

interface Dependencies {
	workspaces: WorkspaceService;
	operations: OperationService;
	leases: LeaseService;
	roles: Roles;
}

/** What may be asked of a workspace. */
export const createWorkspaceCommandRouter = ({workspaces, operations, leases, roles}: Dependencies): AppRouter => {
	const router = createApiRouter();
	const viewAll = createWorkspaceViews({operations, leases, roles});

	const command = async (ctx: RouteContext, name: Command): Promise<void> =>
		answerCommand(ctx, name, await workspaces.command(ctx.state.actor, workspaceId(ctx), name, ifMatch(ctx)));

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/start:
	 *   post:
	 *     tags: [Workspaces]
	 *     operationId: startWorkspace
	 *     summary: Start a workspace that is stopped or in error
	 *     responses:
	 *       200: {$ref: '#/components/responses/NothingToDo'}
	 *       202: {$ref: '#/components/responses/Accepted'}
	 */
	router.post('/workspaces/:id/start', authorize('workspace.start'), idempotent, ctx => command(ctx, 'start'));

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/stop:
	 *   post:
	 *     tags: [Workspaces]
	 *     operationId: stopWorkspace
	 *     summary: Stop a workspace, keeping its files
	 *     responses:
	 *       200: {$ref: '#/components/responses/NothingToDo'}
	 *       202: {$ref: '#/components/responses/Accepted'}
	 */
	router.post('/workspaces/:id/stop', authorize('workspace.stop'), idempotent, ctx => command(ctx, 'stop'));

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/restart:
	 *   post:
	 *     tags: [Workspaces]
	 *     operationId: restartWorkspace
	 *     summary: Stop a workspace and start it again
	 *     responses:
	 *       202: {$ref: '#/components/responses/Accepted'}
	 */
	router.post('/workspaces/:id/restart', authorize('workspace.restart'), idempotent, ctx => command(ctx, 'restart'));

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/rebuild:
	 *   post:
	 *     tags: [Workspaces]
	 *     operationId: rebuildWorkspace
	 *     summary: Make a new container from the newest image and settings, keeping the files
	 *     description: If the new one does not come up, the old one is started again.
	 *     responses:
	 *       202: {$ref: '#/components/responses/Accepted'}
	 */
	router.post('/workspaces/:id/rebuild', authorize('workspace.rebuild'), idempotent, ctx => command(ctx, 'rebuild'));

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/bootstrap:
	 *   post:
	 *     tags: [Workspaces]
	 *     operationId: bootstrapWorkspace
	 *     summary: Run the checkout and the set-up script again
	 *     responses:
	 *       202: {$ref: '#/components/responses/Accepted'}
	 */
	router.post('/workspaces/:id/bootstrap', authorize('workspace.bootstrap'), idempotent, ctx =>
		command(ctx, 'bootstrap'),
	);

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/keepalive:
	 *   post:
	 *     tags: [Workspaces]
	 *     operationId: keepWorkspaceAlive
	 *     summary: Keep a workspace up, whether anyone uses it or not
	 *     description: Puts autostop off until so many minutes from now, instead of what was asked for before. The time to live is not touched.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/Keepalive'}}}
	 *     responses:
	 *       200:
	 *         description: The workspace; stopsAt says when it will be stopped
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Workspace'}}}
	 */
	router.post('/workspaces/:id/keepalive', authorize('workspace.keepalive'), idempotent, async ctx => {
		const {minutes} = parseBody(ctx, Keepalive);
		const workspace = await leases.keepalive(ctx.state.actor, workspaceId(ctx), minutes);
		setRevision(ctx, workspace.revision, {isWhole: false});
		[ctx.body] = await viewAll(ctx.state.actor, [workspace]);
	});

	return router;
};
