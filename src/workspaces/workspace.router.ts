import type {Roles} from '../access/roles.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {idempotent} from '../http/idempotent.ts';
import {toPage} from '../http/page.ts';
import {parseBody, parseId, parseQuery} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {apiPrefix, type AppRouter, createApiRouter} from '../http/router.ts';
import {answerCommand} from './command-answer.ts';
import type {ExplanationService} from './explanation.service.ts';
import {viewExplanation} from './explanation.view.ts';
import type {LeaseService} from './lease.service.ts';
import type {OperationService} from './operation.service.ts';
import {ListWorkspaces} from './workspace-list.schema.ts';
import {CreateWorkspace, UpdateWorkspace} from './workspace.schema.ts';
import type {WorkspaceService} from './workspace.service.ts';
import {viewState} from './workspace.view.ts';
import {createWorkspaceViews} from './workspace-views.ts';
import type {Workspace} from './workspace.entity.ts';

interface Dependencies {
	workspaces: WorkspaceService;
	operations: OperationService;
	leases: LeaseService;
	explanations: ExplanationService;
	roles: Roles;
}

export const workspaceId = (ctx: RouteContext): string => parseId(ctx.params['id'], 'WORKSPACE_NOT_FOUND');

export const createWorkspaceRouter = ({
	workspaces,
	operations,
	leases,
	explanations,
	roles,
}: Dependencies): AppRouter => {
	const router = createApiRouter();

	const viewAll = createWorkspaceViews({operations, leases, roles});

	const show = async (ctx: RouteContext, workspace: Workspace): Promise<void> => {
		setRevision(ctx, workspace.revision, {isWhole: false});
		[ctx.body] = await viewAll(ctx.state.actor, [workspace]);
	};

	/**
	 * @openapi
	 * /api/v1/workspaces:
	 *   post:
	 *     tags: [Workspaces]
	 *     operationId: createWorkspace
	 *     summary: Create a workspace and start it
	 *     description: Accepted at once; follow the operation, or the events, until the workspace is running.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/CreateWorkspace'}}}
	 *     responses:
	 *       201:
	 *         description: Accepted and stored
	 *         headers:
	 *           Location: {description: Where the workspace is, schema: {type: string}}
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Workspace'}}}
	 *         links:
	 *           read: {operationId: getWorkspace, parameters: {id: $response.body#/id}}
	 *           operations: {operationId: listOperations, parameters: {id: $response.body#/id}}
	 *           events: {operationId: followWorkspaceEvents, parameters: {id: $response.body#/id}}
	 *   get:
	 *     tags: [Workspaces]
	 *     operationId: listWorkspaces
	 *     summary: The workspaces that the caller may see
	 *     x-query: ListWorkspaces
	 *     responses:
	 *       200:
	 *         description: One page
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/WorkspacePage'}}}
	 */
	router.post('/workspaces', authorize('workspace.create'), idempotent, async ctx => {
		const workspace = await workspaces.create(ctx.state.actor, parseBody(ctx, CreateWorkspace));
		await show(ctx, workspace);
		ctx.status = 201;
		ctx.set('Location', `${apiPrefix}/workspaces/${workspace.id}`);
	});

	router.get('/workspaces', authorize('workspace.list'), async ctx => {
		const query = parseQuery(ctx, ListWorkspaces);
		const [found, total] = await workspaces.list(ctx.state.actor, query);
		ctx.body = toPage(await viewAll(ctx.state.actor, found), query, total);
	});

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}:
	 *   get:
	 *     tags: [Workspaces]
	 *     operationId: getWorkspace
	 *     summary: One workspace
	 *     responses:
	 *       200:
	 *         description: The workspace
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Workspace'}}}
	 *   patch:
	 *     tags: [Workspaces]
	 *     operationId: updateWorkspace
	 *     summary: Change a workspace
	 *     description: Environment, resources and health command take effect at the next start. If-Match is honoured.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/UpdateWorkspace'}}}
	 *     responses:
	 *       200:
	 *         description: The workspace as it is now
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Workspace'}}}
	 *   delete:
	 *     tags: [Workspaces]
	 *     operationId: deleteWorkspace
	 *     summary: Delete a workspace with all its files
	 *     description: Accepted in every state; cancels what runs. Ends only when nothing of it is left.
	 *     responses:
	 *       202:
	 *         description: Accepted
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Accepted'}}}
	 */
	router.get('/workspaces/:id', authorize('workspace.read'), async ctx =>
		show(ctx, await workspaces.get(workspaceId(ctx))),
	);

	router.patch('/workspaces/:id', authorize('workspace.update'), async ctx =>
		show(ctx, await workspaces.update(workspaceId(ctx), parseBody(ctx, UpdateWorkspace), ifMatch(ctx))),
	);

	router.delete('/workspaces/:id', authorize('workspace.delete'), async ctx =>
		answerCommand(ctx, 'delete', await workspaces.command(ctx.state.actor, workspaceId(ctx), 'delete', ifMatch(ctx))),
	);

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/status:
	 *   get:
	 *     tags: [Workspaces]
	 *     operationId: getWorkspaceState
	 *     summary: Where a workspace is, for whoever asks often
	 *     responses:
	 *       200:
	 *         description: Its state
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/WorkspaceState'}}}
	 */
	router.get('/workspaces/:id/status', authorize('workspace.read'), async ctx => {
		const workspace = await workspaces.get(workspaceId(ctx));
		const active = (await operations.activeOf([workspace.id])).get(workspace.id) ?? null;
		setRevision(ctx, workspace.revision, {isWhole: active === null});
		ctx.body = viewState(workspace, active);
	});

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/explanation:
	 *   get:
	 *     tags: [Workspaces]
	 *     operationId: explainWorkspace
	 *     summary: Why a workspace is where it is, and what will happen next
	 *     responses:
	 *       200:
	 *         description: In fields and in sentences
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Explanation'}}}
	 */
	router.get('/workspaces/:id/explanation', authorize('workspace.explanation'), async ctx => {
		ctx.set('Cache-Control', 'private, no-cache');
		ctx.body = viewExplanation(await explanations.factsOf(workspaceId(ctx)), ctx.state.language);
	});

	return router;
};
