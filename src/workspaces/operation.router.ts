import {accepted} from '../http/accepted.ts';
import {authorize} from '../http/authorize.ts';
import {idempotent} from '../http/idempotent.ts';
import {toPage, toWindow} from '../http/page.ts';
import {parseId, parseQuery} from '../http/parse.ts';
import {setRevision} from '../http/revision.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import {translate} from '../i18n/translate.ts';
import {ListOperations} from './operation-list.schema.ts';
import type {OperationService} from './operation.service.ts';
import {viewOperation} from './operation.view.ts';
import {workspaceId} from './workspace.router.ts';
import type {WorkspaceService} from './workspace.service.ts';

export const createOperationRouter = ({
	operations,
	workspaces,
}: {
	operations: OperationService;
	workspaces: WorkspaceService;
}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/operations:
	 *   get:
	 *     tags: [Operations]
	 *     operationId: listOperations
	 *     summary: The operations of a workspace
	 *     x-query: ListOperations
	 *     responses:
	 *       200:
	 *         description: One page, newest first unless asked otherwise
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/OperationPage'}}}
	 */
	router.get('/workspaces/:id/operations', authorize('workspace.read'), async ctx => {
		const query = parseQuery(ctx, ListOperations);
		const {id} = await workspaces.get(workspaceId(ctx));
		const [found, total] = await operations.list(id, {...toWindow(query), newestFirst: query.sort === '-createdAt'});
		ctx.body = toPage(
			found.map(operation => viewOperation(operation, ctx.state)),
			query,
			total,
		);
	});

	const ofOperation = {
		notFound: 'OPERATION_NOT_FOUND',
		id: (ctx: {params: Record<string, string>}) =>
			operations.workspaceOf(parseId(ctx.params['id'], 'OPERATION_NOT_FOUND')),
	} as const;

	/**
	 * @openapi
	 * /api/v1/operations/{id}:
	 *   get:
	 *     tags: [Operations]
	 *     operationId: getOperation
	 *     summary: One operation, step by step
	 *     description: Stays readable after its workspace was deleted.
	 *     responses:
	 *       200:
	 *         description: The operation
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Operation'}}}
	 */
	router.get('/operations/:id', authorize('operation.read', ofOperation), async ctx => {
		const operation = await operations.get(parseId(ctx.params['id'], 'OPERATION_NOT_FOUND'));
		setRevision(ctx, operation.revision, {isWhole: false});
		ctx.body = viewOperation(operation, ctx.state);
	});

	/**
	 * @openapi
	 * /api/v1/operations/{id}/cancel:
	 *   post:
	 *     tags: [Operations]
	 *     operationId: cancelOperation
	 *     summary: Cancel an operation
	 *     description: >
	 *       One that waits ends at once; of one that runs everything that it made is undone, newest first, however long that takes.
	 *       A deletion cannot be cancelled.
	 *     responses:
	 *       200: {$ref: '#/components/responses/NothingToDo'}
	 *       202: {$ref: '#/components/responses/Accepted'}
	 */
	router.post('/operations/:id/cancel', authorize('operation.cancel', ofOperation), idempotent, async ctx => {
		const {operation, decision} = await operations.cancel(parseId(ctx.params['id'], 'OPERATION_NOT_FOUND'));
		const {language} = ctx.state;
		const kind = translate(language, `operations.kinds.${operation.kind}`);
		const text = decision === 'nothingToDo' ? 'cancelled' : 'cancelling';
		accepted(ctx, {
			operationId: operation.id,
			workspaceId: operation.workspace,
			status: operation.status,
			message: translate(language, `messages.${text}`, {command: kind}),
			nothingToDo: decision === 'nothingToDo',
		});
	});

	return router;
};
