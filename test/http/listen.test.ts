import {Agent, get} from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import {authorize} from '../../src/http/authorize.ts';
import {listen} from '../../src/http/listen.ts';
import {createApiRouter} from '../../src/http/router.ts';
import {serve} from '../helpers/serve.ts';

const slow = (ms: number) => {
	const router = createApiRouter();
	router.get('/slow', authorize('workspace.list'), async ctx => {
		await pause(ms);
		ctx.body = {done: true};
	});
	return router;
};

test('a server that closes lets requests end, and takes no more', async t => {
	const {fetch, server} = await serve(t, {routers: [slow(300)]});
	const answer = fetch('/api/v1/slow');
	await pause(100);
	const started = performance.now();
	const closed = server.close(5000);
	await t.throwsAsync(fetch('/health/live'));
	t.deepEqual(await (await answer).json(), {done: true});
	await closed;
	t.true(performance.now() - started < 1000);
});

test('a request that does not end is cut when the time is over', async t => {
	const {fetch, server} = await serve(t, {routers: [slow(60_000)]});
	const answer = t.throwsAsync(fetch('/api/v1/slow'));
	await pause(100);
	await server.close(200);
	await answer;
});

test('a connection that waits for its next request does not hold the server up', async t => {
	const {url, server} = await serve(t);
	const agent = new Agent({keepAlive: true});
	t.teardown(() => agent.destroy());
	await new Promise<void>((resolve, reject) => {
		get(`${url}/health/live`, {agent}, response => {
			response.on('end', resolve).resume();
		}).on('error', reject);
	});
	const started = performance.now();
	await server.close(5000);
	t.true(performance.now() - started < 1000);
});

test('a port that is taken is refused in one sentence', async t => {
	const {url} = await serve(t);
	const port = Number(new URL(url).port);
	await t.throwsAsync(listen({callback: () => () => {}}, {host: '127.0.0.1', port}), {
		message: `Cannot listen on 127.0.0.1:${port}: another program already listens there. Set PORT or HOST to another.`,
	});
});
