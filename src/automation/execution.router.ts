import {Readable} from 'node:stream';
import {readersOf} from '../access/reader.ts';
import type {Roles} from '../access/roles.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {eventStream, lastEventId} from '../http/event-stream.ts';
import {idempotent} from '../http/idempotent.ts';
import {toPage, toWindow} from '../http/page.ts';
import {parseId, parseQuery} from '../http/parse.ts';
import {apiPrefix, type AppRouter, createApiRouter} from '../http/router.ts';
import {workspaceId} from '../workspaces/workspace.router.ts';
import {agentAdapters} from './agents/agent-adapters.ts';
import type {ExecutionOutputService} from './execution-output.service.ts';
import {ListExecutions, ReadOutput} from './execution.schema.ts';
import type {ExecutionService} from './execution.service.ts';
import {viewExecution} from './execution.view.ts';
import {ReadTranscript} from './transcript.schema.ts';

interface Dependencies {
	executions: ExecutionService;
	executionOutput: ExecutionOutputService;
	roles: Roles;
}

export const createExecutionRouter = ({executions, executionOutput, roles}: Dependencies): AppRouter => {
	const router = createApiRouter();
	const executionId = (ctx: RouteContext) => parseId(ctx.params['id'], 'EXECUTION_NOT_FOUND');
	const ofExecution = {
		notFound: 'EXECUTION_NOT_FOUND',
		id: (ctx: RouteContext) => executions.workspaceOf(executionId(ctx)),
	} as const;

	/**
	 * @openapi
	 * /api/v1/automation/executions:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: listExecutions
	 *     summary: The runs that the caller may see
	 *     x-query: ListExecutions
	 *     responses:
	 *       200:
	 *         description: One page
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/ExecutionPage'}}}
	 * /api/v1/automation/executions/{id}:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: getExecution
	 *     summary: One run
	 *     responses:
	 *       200:
	 *         description: The execution
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Execution'}}}
	 * /api/v1/workspaces/{id}/queue:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: listQueue
	 *     summary: What runs in a workspace and what waits there, in order
	 *     responses:
	 *       200:
	 *         description: All of it
	 *         content:
	 *           application/json:
	 *             schema: {type: object, properties: {items: {type: array, description: In order, items: {$ref: '#/components/schemas/Execution'}}}}
	 */
	router.get('/automation/executions', authorize('execution.list'), async ctx => {
		const query = parseQuery(ctx, ListExecutions);
		const [found, total] = await executions.list(ctx.state.actor, query);
		const readerOf = await readersOf(roles, ctx.state, found);
		const items = found.map(one => viewExecution(one, readerOf(one)));
		ctx.body = toPage(items, query, total);
	});

	router.get('/automation/executions/:id', authorize('execution.read', ofExecution), async ctx => {
		ctx.body = viewExecution(await executions.get(executionId(ctx)), ctx.state);
	});

	router.get('/workspaces/:id/queue', authorize('workspace.queue'), async ctx => {
		const found = await executions.queue(workspaceId(ctx));
		ctx.body = {items: found.map(one => viewExecution(one, ctx.state))};
	});

	/**
	 * @openapi
	 * /api/v1/automation/executions/{id}/cancel:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: cancelExecution
	 *     summary: End a run
	 *     description: What waits is cancelled at once; the process of what runs is told to end, and killed if it does not.
	 *     responses:
	 *       202:
	 *         description: It will end, or has ended with this
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Execution'}}}
	 * /api/v1/automation/executions/{id}/retry:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: retryExecution
	 *     summary: Run once more what it ran
	 *     responses:
	 *       201:
	 *         description: The new execution
	 *         headers:
	 *           Location: {description: Where it is, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Execution'}}}
	 */
	router.post(
		'/automation/executions/:id/cancel',
		authorize('execution.cancel', ofExecution),
		idempotent,
		async ctx => {
			ctx.status = 202;
			ctx.body = viewExecution(await executions.cancel(executionId(ctx)), ctx.state);
		},
	);

	router.post('/automation/executions/:id/retry', authorize('execution.retry', ofExecution), idempotent, async ctx => {
		const execution = await executions.retry(ctx.state.actor, executionId(ctx));
		ctx.status = 201;
		ctx.set('Location', `${apiPrefix}/automation/executions/${execution.id}`);
		ctx.body = viewExecution(execution, ctx.state);
	});

	/**
	 * @openapi
	 * /api/v1/automation/executions/{id}/output:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: readExecutionOutput
	 *     summary: What a run has written
	 *     description: >
	 *       The bytes as they were written, or, with `follow`, server-sent events with pieces of text until the run has ended. The id of an event is
	 *       the offset after it: a reader that was cut off sends it as Last-Event-ID, and misses nothing.
	 *     parameters:
	 *       - {name: Last-Event-ID, in: header, description: The offset that the reader has come to, schema: {type: string}}
	 *     x-query: ReadOutput
	 *     responses:
	 *       200:
	 *         description: The output
	 *         content:
	 *           text/plain: {schema: {type: string}}
	 *           text/event-stream: {schema: {type: string}}
	 */
	router.get('/automation/executions/:id/output', authorize('execution.output', ofExecution), async ctx => {
		const {after, follow} = parseQuery(ctx, ReadOutput);
		const {id} = await executions.get(executionId(ctx));
		if (follow === 'true') {
			const last = lastEventId(ctx);
			const from = last !== null && /^\d{1,15}$/.test(last) ? Number(last) : after;
			eventStream(ctx, signal => asText(executionOutput.follow(id, from, signal)));
			return;
		}
		ctx.set('Content-Type', 'text/plain; charset=utf-8');
		ctx.body = Readable.from(onlyBytes(executionOutput.read(id, after)));
	});

	/**
	 * @openapi
	 * /api/v1/automation/executions/{id}/transcript:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: readTranscript
	 *     summary: What an agent said and did
	 *     description: As far as it has come. A command has no transcript, only output.
	 *     x-query: ReadTranscript
	 *     responses:
	 *       200:
	 *         description: One page, oldest first
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/TranscriptPage'}}}
	 */
	router.get('/automation/executions/:id/transcript', authorize('execution.output', ofExecution), async ctx => {
		const query = parseQuery(ctx, ReadTranscript);
		const {id, work} = await executions.get(executionId(ctx));
		const entries = work.agent === null ? [] : agentAdapters[work.agent].read(await executionOutput.text(id, 0));
		const {offset, limit} = toWindow(query);
		ctx.body = toPage(entries.slice(offset, offset + limit), query, entries.length);
	});

	return router;
};

type Pieces = AsyncGenerator<{offset: number; bytes: Uint8Array}>;

async function* onlyBytes(pieces: Pieces) {
	for await (const {bytes} of pieces) yield Buffer.from(bytes);
}

/** Text as whole characters: the beginning of one that is cut waits for the rest of it. */
async function* asText(pieces: Pieces) {
	let held = Buffer.alloc(0);
	let next = 0;
	for await (const {offset, bytes} of pieces) {
		const all = Buffer.concat([held, bytes]);
		const whole = all.subarray(0, all.length - cutBytes(all));
		held = all.subarray(whole.length);
		next = offset + bytes.length - held.length;
		if (whole.length > 0)
			yield {id: next, event: 'output', data: {offset: next - whole.length, text: whole.toString('utf8')}};
	}
	if (held.length > 0)
		yield {id: next + held.length, event: 'output', data: {offset: next, text: held.toString('utf8')}};
}

/** How many bytes at the end are the beginning of a character. */
const cutBytes = (bytes: Buffer): number => {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back]!;
		if ((byte & 0b1100_0000) === 0b1000_0000) continue;
		const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
		return length > back ? back : 0;
	}
	return 0;
};
