// What a session is good for, and when it is over. How one begins: browser-sign-in.test.ts.
import {createHash, randomUUID} from 'node:crypto';
import test from 'ava';
import {createSessionService} from '../../../src/sign-in/sessions/session.service.ts';
import {User} from '../../../src/users/user.entity.ts';
import {type Installation, startInstallation} from '../../helpers/installation.ts';
import {problemOf} from '../../helpers/serve.ts';
import {startRedisProxy} from '../../helpers/redis-proxy.ts';

const secretKey = 'k'.repeat(32);
const signInOn = {
	ENABLE_AUTH: 'true',
	HOST: '127.0.0.1',
	// Nobody asks it here.
	KEYCLOAK_SERVER_URL: 'http://127.0.0.1:1',
	KEYCLOAK_CLIENT_ID: 'workspace-manager',
	SECRET_KEY: secretKey,
	PUBLIC_URL: 'http://workspaces.test',
	ALLOWED_ORIGINS: 'http://app.workspaces.test',
};
/** A database of their own in the run's Redis: a test empties it. */
const ownRedis = (number: number): string => `${process.env['REDIS_URL']!.replace(/\/\d*$/, '')}/${number}`;

/** Takes requests at once; its Redis may take a moment more. */
const start = async (redisUrl: string): Promise<Installation> => {
	const started = await startInstallation({withoutWorkers: true, env: {...signInOn, REDIS_URL: redisUrl}});
	await started.until('Redis', 10, async () => started.services.redis.status === 'ready');
	return started;
};

let product: Installation;
test.before(async () => {
	product = await start(ownRedis(7));
});
test.after.always(() => product?.close());

const browserSessions = ({services} = product) => services.browserSessions!;

const addUser = async (properties: Partial<User> = {}, {services} = product): Promise<User> => {
	const em = services.orm.em.fork();
	const id = randomUUID();
	const row = {id, name: 'Alice', email: `${id}@example.com`, issuer: 'i', subject: id, createdAt: new Date()};
	await em.insert(User, {...row, ...properties});
	return em.findOneOrFail(User, id);
};

const change = (user: User, properties: Partial<User>) =>
	product.services.orm.em.fork().nativeUpdate(User, {id: user.id}, properties);

const facts = {isAdministrator: false, idToken: 'an.id.token'};

/** Somebody who has just signed in, and what their browser sends. */
const signedIn = async (user?: User, where = product) => {
	const {sessions} = browserSessions(where);
	const owner = user ?? (await addUser({}, where));
	const id = await sessions.start(owner.id, facts);
	const cookie = {cookie: `wsm_session=${id}`};
	const ownPage = {...cookie, origin: 'http://workspaces.test', 'x-csrf-token': sessions.csrfToken(id)};
	const root = async (method: string, path: string, headers: Record<string, string> = cookie, body?: unknown) => {
		const json = body === undefined ? {} : {'content-type': 'application/json'};
		const response = await fetch(`${where.url}${path}`, {
			method,
			headers: {...json, ...headers},
			...(body === undefined ? {} : {body: JSON.stringify(body)}),
		});
		// oxlint-disable-next-line typescript/no-explicit-any
		return {status: response.status, headers: response.headers, body: (await response.json()) as any};
	};
	return {
		owner,
		id,
		cookie,
		ownPage,
		read: () => where.get('/workspaces', cookie),
		create: (headers: Record<string, string>) => where.post('/workspaces', {name: `w-${randomUUID()}`}, headers),
		session: () => root('GET', '/auth/session'),
		logout: (body: unknown = {}, headers = ownPage) => root('POST', '/auth/logout', headers, body),
	};
};

test('a browser with a session is its person; without one it is nobody', async t => {
	const alice = await signedIn();
	t.is((await alice.read()).status, 200);
	t.like(await product.get('/workspaces'), {status: 401, body: {code: 'AUTHENTICATION_REQUIRED'}});
	for (const value of ['', 'x', 'A'.repeat(43), `${alice.id}x`, alice.id.slice(1)])
		t.is((await product.get('/workspaces', {cookie: `wsm_session=${value}`})).status, 401, value);

	const {status, body, headers} = await alice.session();
	t.is(status, 200);
	t.is(headers.get('cache-control'), 'no-store');
	t.like(body, {
		signedIn: true,
		user: {id: alice.owner.id, name: 'Alice', platformRole: 'member'},
		csrfToken: alice.ownPage['x-csrf-token'],
	});
	t.true(Math.abs(Date.parse(body.expiresAt) - Date.now() - 30 * 60_000) < 60_000);
	t.true(Math.abs(Date.parse(body.endsAt) - Date.now() - 12 * 3_600_000) < 60_000);
	const nobody = await fetch(`${product.url}/auth/session`);
	t.deepEqual([nobody.status, await nobody.json()], [200, {signedIn: false}]);
});

test('what Redis knows is no session id', async t => {
	const {id} = await signedIn();
	const keys = await product.services.redis.keys('*');
	const values = await Promise.all(
		keys.filter(key => key.startsWith('session:')).map(key => product.services.redis.get(key)),
	);
	t.false([...keys, ...values].some(text => text?.includes(id)));
});

test('a change needs the token of the session and the origin of a page of ours', async t => {
	const [alice, other] = [await signedIn(), await signedIn()];
	const {origin, 'x-csrf-token': token} = alice.ownPage;
	t.is((await alice.create(alice.ownPage)).status, 201);
	t.is((await alice.create({...alice.ownPage, origin: 'http://app.workspaces.test'})).status, 201);
	const refused: [string, string, Record<string, string>][] = [
		['token', 'no token', {origin}],
		['token', 'an empty token', {origin, 'x-csrf-token': ''}],
		['token', 'half a token', {origin, 'x-csrf-token': token.slice(0, 20)}],
		['token', 'the token of another session', {origin, 'x-csrf-token': other.ownPage['x-csrf-token']}],
		['token', 'the session id itself', {origin, 'x-csrf-token': alice.id}],
		['origin', 'no origin', {'x-csrf-token': token}],
		['origin', 'another origin', {origin: 'http://evil.test', 'x-csrf-token': token}],
		['origin', 'an origin that begins alike', {origin: `${origin}.evil.test`, 'x-csrf-token': token}],
		['origin', 'another port', {origin: `${origin}:8080`, 'x-csrf-token': token}],
		['origin', 'another scheme', {origin: 'https://workspaces.test', 'x-csrf-token': token}],
		['origin', 'a page without an origin', {origin: 'null', 'x-csrf-token': token}],
	];
	for (const [reason, what, headers] of refused) {
		const answer = await alice.create({...alice.cookie, ...headers});
		t.like(answer, {status: 403, body: {code: 'CSRF_REJECTED', params: {reason}}}, what);
	}
	t.is((await alice.read().then(({body}) => body)).pagination.total, 2);
	for (const method of ['PUT', 'PATCH', 'DELETE'])
		t.is(
			(await product.send(method, `/workspaces/${randomUUID()}`, undefined, alice.cookie)).status,
			method === 'PUT' ? 405 : 403,
		);
});

test('a page of another origin reads nothing with the cookie; one of an allowed origin does', async t => {
	const alice = await signedIn();
	const from = (origin: string) => product.get('/workspaces', {...alice.cookie, origin});
	t.like(await from('http://evil.test'), {status: 403, body: {code: 'CSRF_REJECTED'}});
	const {status, headers} = await from('http://app.workspaces.test');
	t.is(status, 200);
	t.is(headers.get('access-control-allow-origin'), 'http://app.workspaces.test');
	t.is(headers.get('access-control-allow-credentials'), 'true');
});

test('a bearer token comes before the cookie, also one that is not good', async t => {
	const alice = await signedIn();
	t.is((await product.get('/workspaces', {...alice.cookie, authorization: 'Bearer nonsense'})).status, 401);
});

test('a session ends when it is not used for a while, and is kept up by use', async t => {
	const {orm, redis} = product.services;
	const sessions = createSessionService({em: orm.em, redis, secretKey, idleMs: 600_000});
	const [used, unused] = [
		await sessions.start((await addUser()).id, facts),
		await sessions.start((await addUser()).id, facts),
	];
	const keyOf = (id: string) => `session:${createHash('sha256').update(id).digest('hex')}`;
	for (const id of [used, unused]) {
		const left = await redis.pttl(keyOf(id));
		t.true(left > 300_000 && left <= 600_000);
		await redis.pexpire(keyOf(id), 300_000);
	}
	t.truthy(await sessions.find(used));
	t.true((await redis.pttl(keyOf(used))) > 300_000);
	t.true((await redis.pttl(keyOf(unused))) <= 300_000);
	await redis.pexpire(keyOf(unused), 1);
	await product.until('its end', 10, async () => (await redis.exists(keyOf(unused))) === 0);
	t.is(await sessions.find(unused), null);
});

test('a session ends after its longest time, however much it is used', async t => {
	const {orm, redis} = product.services;
	let time = Date.now();
	const options = {em: orm.em, redis, secretKey, idleMs: 600_000, absoluteMs: 600_000, now: () => time};
	const sessions = createSessionService(options);
	const id = await sessions.start((await addUser()).id, facts);
	const found = await sessions.find(id);
	t.deepEqual(found?.expiresAt, found?.endsAt);
	time += 599_999;
	t.truthy(await sessions.find(id));
	time += 1;
	t.is(await sessions.find(id), null);
});

test('signing out ends this session, at once and here alone', async t => {
	const user = await addUser();
	const [here, there] = [await signedIn(user), await signedIn(user)];
	t.like(await here.logout({}, {...here.ownPage, 'x-csrf-token': ''}), {status: 403, body: {code: 'CSRF_REJECTED'}});
	t.is((await here.read()).status, 200);
	const {status, headers} = await here.logout();
	t.is(status, 200);
	t.regex(headers.get('set-cookie')!, /^wsm_session=;.*expires=Thu, 01 Jan 1970/);
	t.is((await here.read()).status, 401);
	t.is((await there.read()).status, 200);
	t.deepEqual(await here.logout().then(({body}) => body), {endSessionUrl: null});
	t.like(await here.logout({everwhere: true}), {status: 422});
});

test('signing out everywhere ends every session, also one that an old copy of Redis brings back', async t => {
	const user = await addUser();
	const [here, there] = [await signedIn(user), await signedIn(user)];
	const {redis} = product.services;
	const keys = await redis.keys('session:*');
	const all = await Promise.all(keys.map(async key => [key, (await redis.get(key)) ?? ''] as const));
	const copy = all.filter(([, value]) => value.includes(user.id));
	t.is(copy.length, 2);
	t.is((await here.logout({everywhere: true})).status, 200);
	for (const [key, value] of copy) await redis.set(key, value, 'PX', 60_000);
	t.is((await here.read()).status, 401);
	t.is((await there.read()).status, 401);
	t.is((await (await signedIn(user)).read()).status, 200);
});

test('a disabled person is refused at once, and stays signed out when enabled again', async t => {
	const alice = await signedIn();
	t.is((await alice.read()).status, 200);
	await change(alice.owner, {disabledAt: new Date()});
	t.like(await alice.read(), {status: 403, body: {code: 'USER_DISABLED'}});
	await change(alice.owner, {disabledAt: null});
	t.is((await alice.read()).status, 401);
	const {sessions} = browserSessions();
	await t.throwsAsync(sessions.start((await addUser({disabledAt: new Date()})).id, facts), {message: 'USER_DISABLED'});
});

test('what somebody may do is what the database says, and for an administrator of Keycloak what that said', async t => {
	const alice = await signedIn();
	t.is((await product.get('/admin/orphans', alice.cookie)).status, 403);
	await change(alice.owner, {platformRole: 'admin'});
	t.is((await product.get('/admin/orphans', alice.cookie)).status, 200);
	const id = await browserSessions().sessions.start((await addUser()).id, {...facts, isAdministrator: true});
	t.is((await product.get('/admin/orphans', {cookie: `wsm_session=${id}`})).status, 200);
});

test('an empty Redis means signing in again', async t => {
	const other = await start(ownRedis(8));
	t.teardown(other.close);
	const alice = await signedIn(undefined, other);
	t.is((await alice.read()).status, 200);
	await other.services.redis.flushdb();
	t.like(await alice.read(), {status: 401, body: {code: 'AUTHENTICATION_REQUIRED'}});
	t.deepEqual((await alice.session()).body, {signedIn: false});
});

test('while Redis hangs or is away nobody with a cookie gets in, and is told to try again', async t => {
	const proxy = await startRedisProxy(process.env['REDIS_URL']!);
	t.teardown(proxy.close);
	const other = await start(proxy.url);
	t.teardown(other.close);
	const alice = await signedIn(undefined, other);
	const unavailable = {status: 503, body: {code: 'SESSIONS_UNAVAILABLE'}};
	t.is((await alice.read()).status, 200);
	proxy.hang();
	const began = Date.now();
	const answer = await alice.read();
	t.like(answer, unavailable);
	t.truthy(answer.headers.get('retry-after'));
	t.true(Date.now() - began < 10_000);
	t.is((await other.get('/workspaces')).status, 401);
	proxy.cut();
	t.like(await alice.read(), unavailable);
	t.like(await alice.session(), unavailable);
	t.like(await alice.create(alice.ownPage), unavailable);
});

test('what is no sign-in is explained, to a person on a page in their language', async t => {
	const comeBack = (query: string, headers: Record<string, string> = {}) =>
		fetch(`${product.url}/auth/callback${query}`, {headers});
	for (const query of ['', '?code=x', '?state=x&code=y', '?error=access_denied&state=x', '?state=x&state=x&code=y'])
		t.like(await problemOf(await comeBack(query)), {code: 'SIGN_IN_NOT_PENDING'});
	for (const value of ['x', 'A'.repeat(400), '%00'])
		t.is((await comeBack('?state=x&code=y', {cookie: `wsm_sign_in=${value}`})).status, 400);
	const response = await comeBack('?state=<b>x</b>&code=y', {
		accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
		'accept-language': 'zh-TW',
	});
	t.is(response.status, 400);
	t.is(response.headers.get('content-type'), 'text/html; charset=utf-8');
	t.regex(response.headers.get('content-security-policy')!, /default-src 'none'/);
	const html = await response.text();
	t.regex(html, /<html lang="zh-TW">[^]*找不到這次登入[^]*href="\/auth\/login">重新登入<[^]*SIGN_IN_NOT_PENDING/);
	t.false(html.includes('<b>'));
});

for (const returnTo of [
	'//evil.test',
	'///evil.test',
	'/\\evil.test',
	'\\\\evil.test',
	'/\t/evil.test',
	'/\n/evil.test',
	'\t//evil.test',
	' //evil.test',
	'https:evil.test',
	'https://evil.test',
	'HTTPS://evil.test',
	'javascript:alert(1)',
	'%2f%2fevil.test',
	'%5cevil.test',
	'evil.test',
	'@evil.test',
	'.evil.test',
	'/docs\r\nSet-Cookie: a=b',
	'/docs\u0000',
	'/文件',
	`/${'a'.repeat(1024)}`,
	'',
]) {
	test(`nobody is sent on to ${JSON.stringify(returnTo.slice(0, 40))}`, async t => {
		const response = await fetch(`${product.url}/auth/login?returnTo=${encodeURIComponent(returnTo)}`, {
			redirect: 'manual',
		});
		t.like(await problemOf(response), {status: 422, code: 'VALIDATION_FAILED', errors: [{path: 'returnTo'}]});
		t.deepEqual(response.headers.getSetCookie(), []);
	});
}

test('while signing in is off everybody is the local administrator, and there is nothing to sign in to', async t => {
	const open = await startInstallation({withoutWorkers: true});
	t.teardown(open.close);
	const session = await fetch(`${open.url}/auth/session`);
	t.like(await session.json(), {signedIn: true, user: {platformRole: 'admin', email: null}, csrfToken: null});
	for (const path of ['/auth/login', '/auth/callback?code=x&state=y']) {
		const response = await fetch(`${open.url}${path}`);
		t.like(await response.json(), {status: 409, code: 'SIGN_IN_OFF'});
	}
});
