// Every server that the product needs is killed and comes back. They are this file's own.
import {fork} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Redis} from 'ioredis';
import test from 'ava';
import {createClient} from '../helpers/client.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {findViolations} from '../helpers/invariants.ts';
import {type OwnServers, startOwnServers} from './faults/own-servers.ts';

let servers: OwnServers;
let product: Installation;
test.before(async () => {
	servers = await startOwnServers();
	const env = {
		REDIS_URL: servers.redis.url,
		TEMPORAL_ADDRESS: servers.temporal.url,
		TEMPORAL_NAMESPACE: servers.namespace,
	};
	product = await startInstallation({env, databaseServer: servers.postgres.url});
});
test.after.always(async () => {
	try {
		await product?.close();
	} finally {
		await servers?.close();
	}
});

const health = async () => (await (await fetch(`${product.url}/health`)).json()) as Record<string, string>;
const isHealthy = () => product.until('health', 30, async () => (await health())['status'] === 'healthy');
/** An answer of half a second ago may be given again. */
const isSaidToBe = (status: string, part: keyof OwnServers) =>
	product.until(`${status} because of ${part}`, 3, async () => {
		const said = await health();
		return said['status'] === status && said[part === 'postgres' ? 'database' : part] === 'unhealthy';
	});
/** Kills a server, and starts it again whatever comes of the work. */
const without = async <Result>(server: 'postgres' | 'redis' | 'temporal', work: () => Promise<Result>) => {
	await servers[server].kill();
	try {
		return await work();
	} finally {
		await servers[server].start();
	}
};
/** A wake that is lost, because a server is only just there again, is made up for within a minute. */
const atStep = (id: string, step: string) =>
	product.until(`the step ${step}`, 90, async () => (await product.workspace(id)).operation?.step === step);

test.serial('Redis is flushed, then killed: no request fails, live events go on, health says degraded', async t => {
	const redis = new Redis(servers.redis.url);
	await redis.flushall();
	redis.disconnect();
	const {id} = await product.create({name: 'without-redis'});
	const live: string[] = [];
	const leave = new AbortController();
	const follow = async () => {
		for await (const {code} of product.events(id, '0', leave.signal)) live.push(code);
	};
	let following: Promise<void> | undefined;
	await without('redis', async () => {
		await isSaidToBe('degraded', 'redis');
		following = follow().catch(() => {});
		const reads = ['', '/status', '/explanation', '/operations', '/activity', '/stats', '/logs'];
		const answers = await Promise.all(
			Array.from({length: 70}, (_, index) => product.get(`/workspaces/${id}${reads[index % reads.length]}`)),
		);
		t.true(
			answers.every(({status}) => status === 200),
			answers.map(({status}) => status).join(' '),
		);
		t.is((await product.command(id, 'restart')).status, 'succeeded');
		t.is((await product.post(`/workspaces/${id}/exec`, {command: ['true']})).body.exitCode, 0);
		const succeeded = () => live.filter(code => code === 'operationSucceeded').length;
		await product.until('the live events', 5, async () => succeeded() === 2);
	});
	await isHealthy();
	leave.abort();
	await following;
});

test.serial(
	'a reader of live events misses none and gets none twice, over lost connections, a stopped API and a dead Redis',
	async t => {
		const {body} = await product.post('/workspaces', {name: 'followed', setupScript: 'sleep 1'});
		const mortal = await product.anotherApi();
		const apis = [mortal, await product.anotherApi(), product];
		const seen: string[] = [];
		let isOver = false;
		const reading = (async () => {
			for (let connection = 0; !isOver; connection++) {
				const leave = new AbortController();
				const cut = setTimeout(() => leave.abort(), 400);
				try {
					const api = apis[connection % apis.length]!;
					for await (const event of api.events(body.id, seen.at(-1) ?? '0', leave.signal)) {
						seen.push(event.id);
						isOver ||= event.code === 'workspaceDeleted';
					}
				} catch {
					await pause(20);
				}
				clearTimeout(cut);
			}
		})();
		await product.ended(body.operation.id);
		await without('redis', async () => {
			await product.command(body.id, 'stop');
			await mortal.stop();
			await product.command(body.id, 'start');
		});
		await product.command(body.id, 'rebuild');
		await product.ended((await product.send('DELETE', `/workspaces/${body.id}`)).body.operationId);
		await reading;
		const em = product.services.orm.em.fork();
		const written = await em.execute<{id: string}[]>(
			'select id from workspace_event where workspace_id = ? order by id',
			[body.id],
		);
		t.deepEqual(
			seen,
			written.map(({id}) => id),
		);
		t.log(`${seen.length} events`);
		await isHealthy();
	},
);

test.serial('Temporal is killed: commands are accepted, reads go on, and all is done when it is back', async t => {
	t.timeout(240_000);
	const {id} = await product.create({name: 'without-temporal'});
	const [stop, create] = await without('temporal', async () => {
		const started = performance.now();
		const answers = [
			await product.post(`/workspaces/${id}/stop`),
			await product.post('/workspaces', {name: 'accepted-without-temporal'}),
		] as const;
		t.log(`two commands were accepted within ${Math.round(performance.now() - started)} ms`);
		t.deepEqual(
			answers.map(({status}) => status),
			[202, 201],
		);
		await isSaidToBe('degraded', 'temporal');
		const {status, desired} = await product.workspace(id);
		t.is(desired, 'stopped');
		// The workflow may have read what is next before its server died, and not have been able to say so.
		t.true(['running', 'stopping'].includes(status), status);
		return answers;
	});
	const back = Date.now();
	t.is((await product.ended(stop.body.operationId, 120)).status, 'succeeded');
	t.is((await product.ended(create.body.operation.id, 120)).status, 'succeeded');
	t.log(`all was done ${((Date.now() - back) / 1000).toFixed(1)} s after it was back`);
	await isHealthy();
	t.deepEqual(await findViolations(product), []);
});

test.serial('Temporal is killed in the middle of an operation, which goes on', async t => {
	t.timeout(240_000);
	const {body} = await product.post('/workspaces', {name: 'interrupted', setupScript: 'echo once >> count; sleep 6'});
	await atStep(body.id, 'setup');
	await without('temporal', () => pause(2000));
	t.is((await product.ended(body.operation.id, 120)).status, 'succeeded');
	const {stdout} = (await product.post(`/workspaces/${body.id}/exec`, {command: ['cat', 'count']})).body;
	t.is(stdout, 'once\n');
	t.deepEqual(await findViolations(product), []);
});

test.serial(
	'PostgreSQL is killed in the middle of an operation: 503 meanwhile, and then everything goes on',
	async t => {
		t.timeout(240_000);
		const {body} = await product.post('/workspaces', {name: 'without-database', setupScript: 'sleep 4'});
		await atStep(body.id, 'setup');
		await without('postgres', async () => {
			const refused = await product.get(`/workspaces/${body.id}`);
			t.is(refused.status, 503);
			t.is(refused.body.code, 'DATABASE_UNAVAILABLE');
			t.truthy(refused.headers.get('retry-after'));
			await isSaidToBe('unhealthy', 'postgres');
			t.is((await fetch(`${product.url}/health`)).status, 503);
			t.is((await fetch(`${product.url}/health/live`)).status, 200);
			await pause(5000);
		});
		await isHealthy();
		t.is((await product.ended(body.operation.id, 120)).status, 'succeeded');
		t.deepEqual(await findViolations(product), []);
	},
);

test.serial('a worker stops in time also while the database is away, and another goes on', async t => {
	t.timeout(240_000);
	const {id} = await product.create({name: 'stopping'});
	const {body} = await product.post(`/workspaces/${id}/restart`);
	await without('postgres', async () => {
		await pause(500);
		const started = Date.now();
		await product.stopWorkers();
		t.log(`the worker stopped within ${((Date.now() - started) / 1000).toFixed(1)} s`);
		t.true(Date.now() - started < 35_000);
	});
	await isHealthy();
	await product.startWorkers();
	t.is((await product.ended(body.operationId, 120)).status, 'succeeded');
	t.deepEqual(await findViolations(product), []);
});

test.serial(
	'an API that dies between the commit and the wake loses nothing, and a second try makes nothing twice',
	async t => {
		t.timeout(240_000);
		const child = fork(fileURLToPath(new URL('faults/api-process.ts', import.meta.url)), {env: product.env});
		const [url] = (await once(child, 'message')) as [string];
		const mortal = createClient(url);
		const headers = {'idempotency-key': 'dies'};
		await t.throwsAsync(mortal.post('/workspaces', {name: 'orphaned-command'}, headers));
		const again = await product.post('/workspaces', {name: 'orphaned-command'}, headers);
		t.is(again.status, 201);
		t.is(again.headers.get('idempotency-replayed'), 'true');
		const accepted = Date.now();
		// Nobody was woken: the sweep finds it.
		t.is((await product.ended(again.body.operation.id, 120)).status, 'succeeded');
		t.log(`done ${((Date.now() - accepted) / 1000).toFixed(1)} s later`);
		t.is((await product.get('/workspaces?search=orphaned-command')).body.pagination.total, 1);
		t.deepEqual(await findViolations(product), []);
	},
);
