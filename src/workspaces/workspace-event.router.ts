import {AppError} from '../errors.ts';
import {authorize} from '../http/authorize.ts';
import {eventStream, lastEventId} from '../http/event-stream.ts';
import {toPage, toWindow} from '../http/page.ts';
import {parseQuery} from '../http/parse.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import type {Language} from '../i18n/translate.ts';
import {describeEvent} from './wording.ts';
import type {WorkspaceEvent} from './workspace-event.entity.ts';
import {FollowEvents, ListActivity, type WorkspaceEventView} from './workspace-event.schema.ts';
import type {WorkspaceEventService} from './workspace-event.service.ts';
import {workspaceId} from './workspace.router.ts';

const isEventId = (value: string | null): value is string => value !== null && /^\d{1,18}$/.test(value);

export const createWorkspaceEventRouter = ({workspaceEvents}: {workspaceEvents: WorkspaceEventService}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/activity:
	 *   get:
	 *     tags: [Events]
	 *     operationId: listWorkspaceActivity
	 *     summary: What happened to a workspace
	 *     x-query: ListActivity
	 *     responses:
	 *       200:
	 *         description: One page, newest first unless asked otherwise
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/WorkspaceEventPage'}}}
	 */
	router.get('/workspaces/:id/activity', authorize('workspace.activity'), async ctx => {
		const query = parseQuery(ctx, ListActivity);
		const id = workspaceId(ctx);
		if (!(await workspaceEvents.exists(id))) throw new AppError('WORKSPACE_NOT_FOUND');
		const [found, total] = await workspaceEvents.list(id, {...toWindow(query), newestFirst: query.sort === '-id'});
		ctx.body = toPage(
			found.map(event => viewEvent(event, ctx.state.language)),
			query,
			total,
		);
	});

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/events:
	 *   get:
	 *     tags: [Events]
	 *     operationId: followWorkspaceEvents
	 *     summary: What happens to a workspace, live
	 *     description: >
	 *       Server-sent events, each with the data of a WorkspaceEvent. A reader that was cut off sends the id of the last one
	 *       that it has as Last-Event-ID, and misses none. `after=0` begins at the beginning. The stream ends when the workspace is deleted;
	 *       a reader that comes back after that is answered 204, and an EventSource stops.
	 *     parameters:
	 *       - {name: Last-Event-ID, in: header, description: The last event that the reader has, schema: {type: string}}
	 *     x-query: FollowEvents
	 *     responses:
	 *       200:
	 *         description: The stream
	 *         content: {text/event-stream: {schema: {$ref: '#/components/schemas/WorkspaceEvent'}}}
	 *       204: {description: The workspace is deleted, and the reader has everything}
	 */
	router.get('/workspaces/:id/events', authorize('workspace.events'), async ctx => {
		const {after} = parseQuery(ctx, FollowEvents);
		const id = workspaceId(ctx);
		const {language} = ctx.state;
		if (!(await workspaceEvents.exists(id))) throw new AppError('WORKSPACE_NOT_FOUND');
		const header = lastEventId(ctx);
		const last = await workspaceEvents.startOf(id, isEventId(header) ? header : (after ?? null));
		if (last === null) {
			ctx.status = 204;
			return;
		}
		eventStream(ctx, async function* (signal) {
			for await (const event of workspaceEvents.follow(id, last, signal)) {
				yield {id: event.id, event: event.type, data: viewEvent(event, language)};
			}
		});
	});

	return router;
};

const viewEvent = (event: WorkspaceEvent, language: Language): WorkspaceEventView => ({
	id: event.id,
	workspaceId: event.workspace,
	type: event.type,
	code: event.code,
	params: event.params,
	at: event.at.toISOString(),
	message: describeEvent(event, language),
});
