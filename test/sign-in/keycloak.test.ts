// Signing in with a real Keycloak. What it cannot be made to do is in tokens.test.ts and provider-away.test.ts.
import {createHmac, createPublicKey, type JsonWebKey} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import {createApp} from '../../src/app.ts';
import {listen} from '../../src/http/listen.ts';
import {createRouters} from '../../src/routers.ts';
import {createKeySet} from '../../src/sign-in/key-set.ts';
import {createKeycloakTokenAuthenticator} from '../../src/sign-in/keycloak-token.authenticator.ts';
import {keycloakOf} from '../../src/sign-in/keycloak.ts';
import {createKnownUsers} from '../../src/sign-in/known-users.ts';
import {User} from '../../src/users/user.entity.ts';
import {createClient, type TestClient} from '../helpers/client.ts';
import {forge} from '../helpers/identity-provider.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import type {Realm} from '../rigs/keycloak/realm.ts';
import {hasKeycloak, keycloakTest, startRealm} from '../rigs/keycloak/shared.ts';

let realm: Realm;
let product: Installation;
test.before(async () => {
	if (!hasKeycloak) return;
	realm = await startRealm();
	product = await startInstallation({withoutWorkers: true, env: realm.env});
});
test.after.always(async () => {
	await product?.close();
	await realm?.remove();
});

const bearer = (token: string) => ({authorization: `Bearer ${token}`});
const list = (token: string, client: TestClient = product) => client.get('/workspaces', bearer(token));
const rowOf = (email: string) => product.services.orm.em.fork().findOneOrFail(User, {email});
const invalid = {status: 401, body: {code: 'TOKEN_INVALID'}};
const part = (token: string, index: number) =>
	JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as Record<string, unknown>;
const subjectOf = (token: string) => part(token, 1)['sub'] as string;

keycloakTest('whoever is known there is known here, by the row that their first request makes', async t => {
	const {access, id, refresh} = await realm.tokens('alice');
	const answers = await Promise.all(Array.from({length: 50}, () => list(access)));
	t.true(answers.every(({status}) => status === 200));
	const rows = await product.services.orm.em.fork().find(User, {subject: subjectOf(access)});
	t.is(rows.length, 1);
	t.like(rows[0], {
		issuer: realm.issuer,
		name: 'Alice Adams',
		email: 'alice@example.com',
		emailVerified: true,
		platformRole: 'member',
	});
	const created = await product.post('/workspaces', {name: 'of-alice'}, bearer(access));
	t.like(created, {status: 201, body: {ownerId: rows[0]!.id}});
	for (const other of [id, refresh]) t.like(await list(other), invalid);
});

keycloakTest('a token without the audience is not for us, unless it was issued to us and that is enough', async t => {
	const token = await realm.token('bob', 'test-other-audience');
	t.like(await list(token), invalid);
	const env = {...realm.env, KEYCLOAK_CLIENT_ID: 'test-other-audience'};
	const strict = await startInstallation({withoutWorkers: true, env});
	t.teardown(strict.close);
	t.like(await list(token, strict), invalid);
	const lenient = await startInstallation({withoutWorkers: true, env: {...env, KEYCLOAK_ACCEPT_AZP: 'true'}});
	t.teardown(lenient.close);
	t.is((await list(token, lenient)).status, 200);
});

keycloakTest('a token of another realm of the same Keycloak is refused', async t => {
	const other = await startRealm();
	t.teardown(() => other.remove());
	t.like(await list(await other.token('alice')), invalid);
});

keycloakTest('tokens that are made from what Keycloak publishes are refused', async t => {
	const token = await realm.token('alice');
	const [header, claims] = [part(token, 0), part(token, 1)];
	const response = await fetch(`${realm.issuer}/protocol/openid-connect/certs`);
	const {keys} = (await response.json()) as {keys: (JsonWebKey & {kid: string})[]};
	const key = createPublicKey({key: keys.find(({kid}) => kid === header['kid'])!, format: 'jwk'});
	for (const format of ['pem', 'der'] as const) {
		const secret = key.export({format, type: 'spki'} as never) as string | Buffer;
		const hmac = (input: string) => createHmac('sha256', secret).update(input).digest();
		t.like(await list(forge({...header, alg: 'HS256'}, claims, hmac)), invalid, format);
	}
	t.like(await list(forge({...header, alg: 'none'}, claims, () => Buffer.alloc(0))), invalid);
});

keycloakTest(
	'a token is good for half a minute longer than it says, for the sake of clocks, and then it is expired',
	async t => {
		t.timeout(90_000);
		const token = await realm.token('bob', 'test-short-lived');
		await pause(2000);
		t.is((await list(token)).status, 200);
		await pause(31_000);
		t.like(await list(token), {status: 401, body: {code: 'TOKEN_EXPIRED'}});
	},
);

keycloakTest('the realm role admin administers; a disabled administrator does not', async t => {
	const token = await realm.token('admin');
	t.is((await product.get('/admin/orphans', bearer(token))).status, 200);
	t.is((await product.get('/users/me', bearer(token))).body.platformRole, 'admin');
	t.is((await product.get('/admin/orphans', bearer(await realm.token('bob')))).status, 403);
	const {id} = await rowOf('admin@example.com');
	await product.services.orm.em.fork().nativeUpdate(User, {id}, {disabledAt: new Date()});
	t.like(await product.get('/admin/orphans', bearer(token)), {status: 403, body: {code: 'USER_DISABLED'}});
});

keycloakTest('who takes over the address of somebody else takes over nothing else', async t => {
	await realm.addUser('dora');
	const dora = bearer(await realm.token('dora'));
	const {id} = (await product.post('/workspaces', {name: 'of-dora'}, dora)).body;
	await realm.changeUser('dora', {email: 'dora.new@example.com', emailVerified: true});
	await realm.addUser('eve', {email: 'dora@example.com'});
	const eve = bearer(await realm.token('eve'));
	t.is((await product.get('/workspaces', eve)).body.pagination.total, 0);
	t.is((await product.get(`/workspaces/${id}`, eve)).status, 404);
	t.is((await product.get(`/workspaces/${id}`, dora)).status, 200);

	// A token knows the second that it was issued in.
	await pause(1100);
	const doraLater = bearer(await realm.token('dora'));
	t.is((await product.get(`/workspaces/${id}`, doraLater)).status, 200);
	t.is((await rowOf('dora.new@example.com')).subject, subjectOf(doraLater.authorization));
});

keycloakTest('keys may be rotated at any time, and what was signed with a key that was removed is refused', async t => {
	const own = await startRealm();
	t.teardown(() => own.remove());
	const api = await startInstallation({withoutWorkers: true, env: own.env});
	t.teardown(api.close);
	const {config} = api.services;
	const keycloak = keycloakOf(config)!;
	// As the API has it, but for the patience.
	const keys = createKeySet({url: keycloak.keysUrl, log: api.services.log, keepMs: 500, cooldownMs: 100});
	const knownUsers = createKnownUsers({em: api.services.orm.em});
	const authenticators = [createKeycloakTokenAuthenticator({keycloak, keys, knownUsers, config})];
	const app = createApp({...api.services, authenticators, routers: createRouters(api.services)});
	const server = await listen(app, {host: '127.0.0.1', port: 0});
	t.teardown(() => server.close(0));
	const client = createClient(server.url);

	const before = await own.token('alice');
	t.is((await list(before, client)).status, 200);
	await own.rotateKeys();
	const after = await own.token('alice');
	t.not(part(after, 0)['kid'], part(before, 0)['kid']);
	t.is((await list(after, client)).status, 200);
	t.is((await list(before, client)).status, 200);
	await own.removeOldKeys();
	await pause(600);
	t.is((await list(after, client)).status, 200);
	t.like(await list(before, client), invalid);
});
