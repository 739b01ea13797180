import {accepted} from '../http/accepted.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {toPage} from '../http/page.ts';
import {parseBody, parseId, parseQuery} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {apiPrefix, type AppRouter, createApiRouter} from '../http/router.ts';
import {translate} from '../i18n/translate.ts';
import type {Operation} from './operation.entity.ts';
import type {OperationService} from './operation.service.ts';
import {ListWorkspaces} from './workspace-list.schema.ts';
import type {Command} from './workspace-lifecycle.ts';
import {CreateWorkspace, UpdateWorkspace} from './workspace.schema.ts';
import type {CommandResult, WorkspaceService} from './workspace.service.ts';
import {viewState, viewWorkspace} from './workspace.view.ts';
import type {Workspace} from './workspace.entity.ts';

interface Dependencies {
	workspaces: WorkspaceService;
	operations: OperationService;
}

export const workspaceId = (ctx: RouteContext): string => parseId(ctx.params['id'], 'WORKSPACE_NOT_FOUND');

export const createWorkspaceRouter = ({workspaces, operations}: Dependencies): AppRouter => {
	const router = createApiRouter();

	const activeOf = async ({id}: Workspace): Promise<Operation | null> =>
		(await operations.activeOf([id])).get(id) ?? null;

	/** What is under way moves on without a new revision of the workspace. */
	const show = async (ctx: RouteContext, workspace: Workspace): Promise<void> => {
		const active = await activeOf(workspace);
		setRevision(ctx, workspace.revision, {isWhole: active === null});
		ctx.body = viewWorkspace(workspace, active, ctx.state.actor);
	};

	const command = async (ctx: RouteContext, name: Command): Promise<void> => {
		answer(ctx, name, await workspaces.command(ctx.state.actor, workspaceId(ctx), name, ifMatch(ctx)));
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
	router.post('/workspaces', authorize('workspace.create'), async ctx => {
		const workspace = await workspaces.create(ctx.state.actor, parseBody(ctx, CreateWorkspace));
		await show(ctx, workspace);
		ctx.status = 201;
		ctx.set('Location', `${apiPrefix}/workspaces/${workspace.id}`);
	});

	router.get('/workspaces', authorize('workspace.list'), async ctx => {
		const query = parseQuery(ctx, ListWorkspaces);
		const [found, total] = await workspaces.list(ctx.state.actor, query);
		const active = await operations.activeOf(found.map(workspace => workspace.id));
		const items = found.map(one => viewWorkspace(one, active.get(one.id) ?? null, ctx.state.actor));
		ctx.body = toPage(items, query, total);
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

	router.delete('/workspaces/:id', authorize('workspace.delete'), ctx => command(ctx, 'delete'));

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
		const active = await activeOf(workspace);
		setRevision(ctx, workspace.revision, {isWhole: active === null});
		ctx.body = viewState(workspace, active);
	});

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
	router.post('/workspaces/:id/start', authorize('workspace.start'), ctx => command(ctx, 'start'));

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
	router.post('/workspaces/:id/stop', authorize('workspace.stop'), ctx => command(ctx, 'stop'));

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
	router.post('/workspaces/:id/restart', authorize('workspace.restart'), ctx => command(ctx, 'restart'));

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
	router.post('/workspaces/:id/rebuild', authorize('workspace.rebuild'), ctx => command(ctx, 'rebuild'));

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
	router.post('/workspaces/:id/bootstrap', authorize('workspace.bootstrap'), ctx => command(ctx, 'bootstrap'));

	return router;
};

const answer = (ctx: RouteContext, command: Command, {workspace, operation, joined}: CommandResult): void => {
	const {language} = ctx.state;
	const text = operation === null ? 'nothingToDo' : joined ? 'joined' : 'accepted';
	accepted(ctx, {
		operationId: operation?.id ?? null,
		workspaceId: workspace.id,
		status: operation?.status ?? workspace.status,
		message: translate(language, `messages.${text}`, {command: translate(language, `operations.kinds.${command}`)}),
	});
};
