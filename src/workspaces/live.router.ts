import {Readable} from 'node:stream';
import type {LogLine} from '../containers/container-runtime.ts';
import {authorize} from '../http/authorize.ts';
import {whileAllowed} from '../http/access-watch.ts';
import {eventStream} from '../http/event-stream.ts';
import {notIdempotent} from '../http/idempotent.ts';
import {parseBody, parseQuery} from '../http/parse.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import {Exec, ReadLogs} from './live.schema.ts';
import type {LiveService} from './live.service.ts';
import {workspaceId} from './workspace.router.ts';

export const createLiveRouter = ({live}: {live: LiveService}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/exec:
	 *   post:
	 *     tags: [Live]
	 *     operationId: execInWorkspace
	 *     summary: Run a command in a running workspace and wait for its end
	 *     description: When the caller leaves, or may not do this any more, the command is killed.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/Exec'}}}
	 *     responses:
	 *       200:
	 *         description: How it ended
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/ExecResult'}}}
	 */
	router.post('/workspaces/:id/exec', authorize('workspace.exec'), notIdempotent, async ctx => {
		ctx.body = await live.exec(ctx.state.actor, workspaceId(ctx), parseBody(ctx, Exec), whileAllowed(ctx));
	});

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/logs:
	 *   get:
	 *     tags: [Live]
	 *     operationId: readWorkspaceLogs
	 *     summary: The output of a workspace's container
	 *     description: Text, or server-sent events when the caller accepts text/event-stream.
	 *     x-query: ReadLogs
	 *     responses:
	 *       200:
	 *         description: The lines, oldest first
	 *         content:
	 *           text/plain: {schema: {type: string}}
	 *           text/event-stream: {schema: {type: string}}
	 */
	router.get('/workspaces/:id/logs', authorize('workspace.logs'), async ctx => {
		const {tail, since, follow} = parseQuery(ctx, ReadLogs);
		const options = {tail, since: since === undefined ? undefined : new Date(since), follow: follow === 'true'};
		const id = workspaceId(ctx);
		if (ctx.accepts('text/plain', 'text/event-stream') === 'text/event-stream') {
			const signal = whileAllowed(ctx);
			const lines = await live.logs(id, options, signal);
			eventStream(ctx, async function* () {
				for await (const line of lines) yield {event: 'log', data: {...line, at: line.at.toISOString()}};
			});
			return;
		}
		const lines = await live.logs(id, options, whileAllowed(ctx));
		ctx.set('Cache-Control', 'no-cache, no-transform');
		ctx.type = 'text/plain; charset=utf-8';
		ctx.body = Readable.from(asText(lines));
	});

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/stats:
	 *   get:
	 *     tags: [Live]
	 *     operationId: getWorkspaceStats
	 *     summary: What a running workspace uses now
	 *     responses:
	 *       200:
	 *         description: CPU, memory, processes, network
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Stats'}}}
	 */
	router.get('/workspaces/:id/stats', authorize('workspace.stats'), async ctx => {
		ctx.body = await live.stats(workspaceId(ctx), whileAllowed(ctx));
	});

	return router;
};

async function* asText(lines: AsyncIterable<LogLine>) {
	for await (const line of lines) yield `${line.text}\n`;
}
