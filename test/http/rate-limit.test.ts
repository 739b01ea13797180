import test from 'ava';
import {loadConfig} from '../../src/config.ts';
import {createServices, type Services} from '../../src/services.ts';
import type {Listening} from '../../src/http/listen.ts';
import {makeAccessToken} from '../../src/sign-in/access-tokens/access-token.ts';
import {type Answer, createClient, type TestClient} from '../helpers/client.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import {type Person, peopleOf} from '../helpers/people.ts';
import {type RedisProxy, startRedisProxy} from '../helpers/redis-proxy.ts';
import {serveSignedIn} from '../helpers/signed-in-api.ts';

const limits = {RATE_LIMIT_PER_MINUTE: '10', RATE_LIMIT_COMMANDS_PER_MINUTE: '4', RATE_LIMIT_SIGN_INS_PER_MINUTE: '5'};

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
let people: ReturnType<typeof peopleOf>;
const open: (() => Promise<unknown>)[] = [];
test.before(async () => {
	product = await startFakeInstallation({withoutWorkers: true, env: limits});
	await connected(product.services);
	people = peopleOf(product);
});
test.after.always(async () => {
	for (const close of open) await close();
	await people?.close();
	await product?.close();
});

/** What is asked before there is a connection is counted here alone. */
const connected = ({redis}: Services): Promise<true> =>
	product.until('a connection to Redis', 10, async () => redis.status === 'ready');
/** As many people as needed at once: each has requests of his own. */
const programOf = async (person: Person, {url}: {url: string} = person): Promise<TestClient & {token: string}> => {
	const expiresAt = new Date(Date.now() + 3_600_000);
	const {token} = await product.services.accessTokens.create(person.actor, {name: 'x', scopes: ['*'], expiresAt});
	return {...createClient(url, {authorization: `Bearer ${token}`}), token};
};
/** An API that believes what one proxy in front of it says, so that each test has addresses of its own. */
const behindProxy = async (services = product.services): Promise<Listening> => {
	const server = await serveSignedIn(services, {config: {trustedProxies: 1}});
	open.push(() => server.close(0));
	return server;
};
const times = async <T>(count: number, work: () => Promise<T>): Promise<T[]> => {
	const results: T[] = [];
	for (let i = 0; i < count; i++) results.push(await work());
	return results;
};
const codes = (answers: readonly Answer[]) => answers.map(({status}) => status);

test('somebody may make so many requests in a minute, and not one more', async t => {
	const program = await programOf(await people.person());
	const answers = await times(12, () => program.get('/workspaces'));
	t.deepEqual(codes(answers), [...Array<number>(10).fill(200), 429, 429]);
	t.deepEqual(
		answers.map(({headers}) => /^"general";r=(\d+);t=\d+$/.exec(headers.get('ratelimit') ?? '')?.[1]),
		['9', '8', '7', '6', '5', '4', '3', '2', '1', '0', '0', '0'],
	);
	const refused = answers.at(-1)!;
	t.is(refused.headers.get('ratelimit-policy'), '"general";q=10;w=60');
	const seconds = Number(refused.headers.get('retry-after'));
	t.true(seconds >= 30 && seconds <= 60);
	t.is(refused.headers.get('content-type'), 'application/problem+json');
	t.like(refused.body, {
		code: 'TOO_MANY_REQUESTS',
		title: 'Too many requests',
		params: {limit: 'general', perMinute: 10, retryAfterSeconds: seconds},
	});
	const chinese = await program.get('/workspaces', {'accept-language': 'zh-TW'});
	t.is(chinese.body.title, '請求過於頻繁');
});

test('requests at once are counted one by one', async t => {
	const program = await programOf(await people.person());
	const answers = await Promise.all(Array.from({length: 30}, () => program.get('/workspaces')));
	t.is(answers.filter(({status}) => status === 200).length, 10);
});

test('what changes something has a lower limit, and counts as a request as well', async t => {
	const person = await people.person();
	const program = await programOf(person);
	const answers = await times(5, () => program.post('/workspaces', {name: 'Not A Name'}));
	t.deepEqual(codes(answers), [422, 422, 422, 422, 429]);
	const {headers, body} = answers.at(-1)!;
	t.is(headers.get('ratelimit-policy'), '"general";q=10;w=60, "commands";q=4;w=60');
	t.regex(headers.get('ratelimit')!, /^"general";r=5;t=\d+, "commands";r=0;t=\d+$/);
	t.is(body.params.limit, 'commands');
	t.is((await program.get('/workspaces')).status, 200);
});

test('what one uses up is there for others, and for what runs in a workspace', async t => {
	const [one, other] = [await people.person(), await people.person()];
	const {id} = (await one.post('/workspaces', {name: 'mine'})).body;
	const inside = await people.limited(one, {operations: ['workspace.read'], workspaceId: id});
	const program = await programOf(one);
	await times(10, () => program.get('/workspaces'));
	t.is((await program.get('/workspaces')).status, 429);
	t.is((await one.get('/workspaces')).status, 429);
	t.is((await other.get('/workspaces')).status, 200);
	t.is((await inside.get(`/workspaces/${id}`)).status, 200);
});

test('two processes count together', async t => {
	const person = await people.person();
	const services = await createServices(loadConfig({...product.env}), product.services.log, {
		migrate: false,
		runtime: () => product.fake,
	});
	open.push(() => services.close());
	await connected(services);
	const second = await serveSignedIn(services);
	open.push(() => second.close(0));
	const [a, b] = [await programOf(person), await programOf(person, second)];
	const answers = await times(6, async () => [await a.get('/workspaces'), await b.get('/workspaces')]);
	t.deepEqual(codes(answers.flat()), [...Array<number>(10).fill(200), 429, 429]);
});

test('bad tokens from one address are slowed down, and good ones from there are not', async t => {
	const server = await behindProxy();
	const from = {'x-forwarded-for': '198.51.100.1'};
	const program = await programOf(await people.person(), server);
	const guess = () => createClient(server.url, {authorization: `Bearer ${makeAccessToken()}`}).get('/workspaces', from);
	t.is((await program.get('/workspaces', from)).status, 200);
	const answers = await times(7, guess);
	t.deepEqual(codes(answers), [401, 401, 401, 401, 401, 429, 429]);
	t.like(answers.at(-1)!.body, {code: 'TOO_MANY_REQUESTS', params: {limit: 'sign-in', perMinute: 5}});
	t.true(Number(answers.at(-1)!.headers.get('retry-after')) >= 1);
	t.is((await program.get('/workspaces', from)).status, 200);
	const late = await programOf(await people.person(), server);
	t.is((await late.get('/workspaces', from)).status, 200);
	const elsewhere = {'x-forwarded-for': '198.51.100.2'};
	const bad = createClient(server.url, {authorization: 'Bearer wsm_pat_x'});
	t.is((await bad.get('/workspaces', elsewhere)).status, 401);
});

test('requests of nobody are counted by address; keys of webhooks are tried like tokens', async t => {
	const server = await behindProxy();
	const nobody = createClient(server.url);
	const from = (last: number) => ({'x-forwarded-for': `198.51.100.${last}`});
	t.deepEqual(codes(await times(11, () => nobody.get('/workspaces', from(10)))), [...Array<number>(10).fill(401), 429]);
	t.is((await nobody.get('/workspaces', from(11))).status, 401);
	const hook = () => nobody.post(`/automation/webhooks/${crypto.randomUUID()}`, {}, from(12));
	t.deepEqual(codes(await times(6, hook)), [401, 401, 401, 401, 401, 429]);
	t.deepEqual(await times(11, async () => (await fetch(`${server.url}/`, {headers: from(13)})).status), [
		...Array<number>(10).fill(200),
		429,
	]);
});

test('addresses of one IPv6 network are one', async t => {
	const server = await behindProxy();
	const nobody = createClient(server.url);
	let host = 0;
	const answers = await times(11, () => nobody.get('/workspaces', {'x-forwarded-for': `2001:db8::${++host}`}));
	t.is(answers.at(-1)!.status, 429);
});

test('what a client says of its address is not believed', async t => {
	const server = await serveSignedIn(product.services);
	open.push(() => server.close(0));
	const bad = createClient(server.url, {authorization: 'Bearer wsm_pat_x'});
	let last = 0;
	const direct = await times(6, () => bad.get('/workspaces', {'x-forwarded-for': `203.0.113.${++last}`}));
	t.is(direct.at(-1)!.status, 429);
	const proxied = createClient((await behindProxy()).url, {authorization: 'Bearer wsm_pat_x'});
	const inFront = await times(6, () =>
		proxied.get('/workspaces', {'x-forwarded-for': `203.0.113.${++last}, 198.51.100.20`}),
	);
	t.is(inFront.at(-1)!.status, 429);
});

test('health and metrics are not limited', async t => {
	const {url} = await behindProxy();
	const admin = await programOf(await people.person({platformRole: 'admin'}));
	const headers = {'x-forwarded-for': '198.51.100.30', authorization: `Bearer ${admin.token}`};
	for (const path of ['/health/live', '/metrics']) {
		const answers = await times(15, () => fetch(`${url}${path}`, {headers}));
		t.true(
			answers.every(({status}) => status === 200),
			path,
		);
		t.is(answers[0]!.headers.get('ratelimit'), null);
	}
});

test('while signing in is off nothing is limited', async t => {
	t.true((await times(15, () => product.get('/workspaces'))).every(({status}) => status === 200));
	t.is((await product.get('/workspaces')).headers.get('ratelimit'), null);
});

const withOwnRedis = async (): Promise<{proxy: RedisProxy; server: Listening}> => {
	const proxy = await startRedisProxy(product.services.config.redisUrl);
	const config = loadConfig({...product.env, REDIS_URL: proxy.url});
	const services = await createServices(config, product.services.log, {migrate: false, runtime: () => product.fake});
	const server = await serveSignedIn(services);
	for (const deadline = Date.now() + 5000; services.redis.status !== 'ready' && Date.now() < deadline;)
		await new Promise(resolve => setTimeout(resolve, 10));
	open.push(async () => {
		await server.close(0);
		await services.close();
		await proxy.close();
	});
	return {proxy, server};
};

test('with Redis gone the process counts by itself, and nobody is let in or kept out by that', async t => {
	const {proxy, server} = await withOwnRedis();
	const program = await programOf(await people.person(), server);
	t.deepEqual(codes(await times(3, () => program.get('/workspaces'))), [200, 200, 200]);
	proxy.cut();
	await new Promise(resolve => setTimeout(resolve, 50));
	t.deepEqual(codes(await times(11, () => program.get('/workspaces'))), [...Array<number>(10).fill(200), 429]);
	t.is((await (await programOf(await people.person(), server)).get('/workspaces')).status, 200);
	proxy.resume();
	await product.until('what Redis counted', 10, async () => {
		const {headers} = await program.get('/workspaces');
		return headers.get('ratelimit')?.startsWith('"general";r=6') ?? false;
	});
	t.pass();
});

test('a Redis that takes commands and does not answer holds nobody up for long', async t => {
	const {proxy, server} = await withOwnRedis();
	const program = await programOf(await people.person(), server);
	t.is((await program.get('/workspaces')).status, 200);
	proxy.hang();
	const took: number[] = [];
	const answers = await times(11, async () => {
		const started = performance.now();
		const answer = await program.get('/workspaces');
		took.push(performance.now() - started);
		return answer;
	});
	t.deepEqual(codes(answers), [...Array<number>(10).fill(200), 429]);
	t.true(took[0]! < 5000, String(took[0]));
	t.true(
		took.slice(1).every(milliseconds => milliseconds < 900),
		took.join(' '),
	);
});
