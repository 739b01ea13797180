import {AsyncLocalStorage} from 'node:async_hooks';
import {once} from 'node:events';
import {connect} from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import {authorize} from '../../src/http/authorize.ts';
import {type EventSource, eventStream, lastEventId} from '../../src/http/event-stream.ts';
import {createApiRouter} from '../../src/http/router.ts';
import {serve} from '../helpers/serve.ts';

const streaming = (source: EventSource, heartbeatMs = 15_000) => {
	const router = createApiRouter();
	router.get('/stream', authorize('workspace.list'), ctx => {
		ctx.set('X-Last', lastEventId(ctx) ?? 'none');
		eventStream(ctx, source, {heartbeatMs});
	});
	return router;
};

const untilAborted = (signal: AbortSignal) => (signal.aborted ? Promise.resolve() : once(signal, 'abort'));

test('events arrive as they are made, with id, name and data', async t => {
	const {fetch} = await serve(t, {
		routers: [
			streaming(async function* () {
				yield {id: 7, event: 'status', data: {status: 'run\nning'}};
				yield {event: 'end', data: null};
			}),
		],
	});
	const response = await fetch('/api/v1/stream', {headers: {'last-event-id': '6'}});
	t.is(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
	t.is(response.headers.get('cache-control'), 'no-cache, no-transform');
	t.is(response.headers.get('x-last'), '6');
	t.is(
		await response.text(),
		'retry: 3000\n\nid: 7\nevent: status\ndata: {"status":"run\\nning"}\n\nevent: end\ndata: null\n\n',
	);
});

test('a quiet stream says that it is still there', async t => {
	const {fetch} = await serve(t, {
		routers: [
			streaming(async function* (signal) {
				await pause(500, null, {signal});
				yield {event: 'late', data: 1};
			}, 20),
		],
	});
	const text = await (await fetch('/api/v1/stream')).text();
	t.true(text.split(': still here\n\n').length > 2);
	t.true(text.endsWith('event: late\ndata: 1\n\n'));
});

test('a client that leaves ends the source', async t => {
	const ended = Promise.withResolvers<void>();
	const {fetch} = await serve(t, {
		routers: [
			streaming(async function* (signal) {
				try {
					yield {event: 'first', data: 1};
					await untilAborted(signal);
				} finally {
					ended.resolve();
				}
			}),
		],
	});
	const leave = new AbortController();
	const response = await fetch('/api/v1/stream', {signal: leave.signal});
	await response.body!.getReader().read();
	leave.abort();
	await ended.promise;
	t.pass();
});

test('a process that stops ends its streams at once, also where a source ignores its signal', async t => {
	const {fetch, stopping, server} = await serve(t, {
		routers: [
			streaming(async function* () {
				yield {event: 'first', data: 1};
				await new Promise(() => {});
			}),
		],
	});
	const response = await fetch('/api/v1/stream');
	const text = response.text();
	await pause(50);
	const started = performance.now();
	stopping.abort();
	t.true((await text).includes('event: first'));
	await server.close(5000);
	t.true(performance.now() - started < 1000);
});

test('a source that fails ends the stream and is logged', async t => {
	const {fetch, lines} = await serve(t, {
		routers: [
			streaming(async function* () {
				yield {event: 'first', data: 1};
				throw new Error('broken');
			}),
		],
	});
	t.true((await (await fetch('/api/v1/stream')).text()).includes('event: first'));
	t.true(lines.some(line => line['msg'] === 'event stream failed'));
});

test('a client that does not read holds its source back', async t => {
	let made = 0;
	const {url} = await serve(t, {
		routers: [
			streaming(async function* (signal) {
				while (!signal.aborted) {
					made++;
					yield {event: 'much', data: 'x'.repeat(100_000)};
				}
			}),
		],
	});
	const socket = connect(Number(new URL(url).port), '127.0.0.1');
	t.teardown(() => socket.destroy());
	await once(socket, 'connect');
	socket.pause();
	socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
	await pause(500);
	const before = made;
	await pause(500);
	t.is(made, before);
	t.true(made < 500);
});

test('a source runs in the context of its request', async t => {
	const storage = new AsyncLocalStorage<string>();
	const router = createApiRouter();
	router.get('/stream', authorize('workspace.list'), ctx =>
		storage.run('request', () =>
			eventStream(ctx, async function* () {
				await pause(5);
				yield {event: 'store', data: storage.getStore() ?? 'none'};
			}),
		),
	);
	const {fetch} = await serve(t, {routers: [router]});
	t.true((await (await fetch('/api/v1/stream')).text()).includes('data: "request"'));
});
