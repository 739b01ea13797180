// What a token has to be, with a stand-in that signs whatever it is asked to, and the whole API behind it.
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import test from 'ava';
import {User} from '../../src/users/user.entity.ts';
import {type IdentityProvider, startIdentityProvider} from '../helpers/identity-provider.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let provider: IdentityProvider;
let product: Installation;
test.before(async () => {
	provider = await startIdentityProvider();
	product = await startInstallation({withoutWorkers: true, env: provider.env});
	// What follows is about tokens, not about how often a stranger makes the keys be asked for.
	await list(provider.token());
});
test.after.always(async () => {
	await product?.close();
	await provider?.stop();
});

const list = (token: string, scheme = 'Bearer') => product.get('/workspaces', {authorization: `${scheme} ${token}`});
const seconds = () => Math.floor(Date.now() / 1000);
const invalid = {status: 401, body: {code: 'TOKEN_INVALID'}};
const expired = {status: 401, body: {code: 'TOKEN_EXPIRED'}};

test('a good token is in', async t => {
	t.is((await list(provider.token())).status, 200);
	t.is((await list(provider.token(), 'bearer')).status, 200);
});

test('who sends no token is asked for one, and nobody is asked who they are', async t => {
	const answer = await product.get('/workspaces');
	t.like(answer, {status: 401, body: {code: 'AUTHENTICATION_REQUIRED'}});
	t.is(answer.headers.get('www-authenticate'), 'Bearer');
});

test('who sends a bad token is told so', async t => {
	const answer = await list(provider.token({iss: 'x'}));
	t.like(answer, invalid);
	t.is(answer.headers.get('www-authenticate'), 'Bearer error="invalid_token"');
	for (const bearer of ['x', 'a.b.c', 'eyJ', 'wsm_unknown']) t.like(await list(bearer), invalid, bearer);
	t.like(await list(Buffer.from('u:p').toString('base64'), 'Basic'), invalid);
});

for (const [what, token] of [
	['from another issuer', () => provider.token({iss: `${provider.url}/realms/other`})],
	['from an issuer whose address begins like ours', () => provider.token({iss: `${provider.issuer}/`})],
	['without an issuer', () => provider.token({iss: undefined})],
	['for another API', () => provider.token({aud: 'account'})],
	['that is an ID token', () => provider.token({typ: 'ID', aud: 'workspace-manager'})],
	['that is a refresh token', () => provider.token({typ: 'Refresh'})],
	['that nobody signed', () => provider.unsigned()],
	['that is signed with the public key as a password', () => provider.signedWithThePublicKey()],
	['that says another algorithm', () => provider.token({}, {alg: 'RS512'})],
	['that is signed with a stranger’s key under a known id', () => provider.foreign({kid: 'first'})],
	['that is signed with an unknown key', () => provider.foreign({kid: 'unknown'})],
	['without the id of a key', () => provider.foreign({})],
	['whose key comes with it', () => provider.foreign({kid: 'first', jwk: {kty: 'RSA', n: 'AQAB', e: 'AQAB'}})],
	['whose claims were changed', () => changed(provider.token())],
	['that is not valid yet', () => provider.token({nbf: seconds() + 60})],
	['from the future', () => provider.token({iat: seconds() + 3600, exp: seconds() + 7200})],
	['that never ends', () => provider.token({exp: undefined})],
	['without an age', () => provider.token({iat: undefined})],
	['about nobody', () => provider.token({sub: undefined})],
] as const) {
	test(`a token ${what} is refused`, async t => t.like(await list(token()), invalid));
}

test('a token is over when it says so, and when it is older than tokens may be', async t => {
	const now = seconds();
	t.like(await list(provider.token({exp: now - 40})), expired);
	t.is((await list(provider.token({exp: now - 10}))).status, 200);
	t.is((await list(provider.token({nbf: now + 10}))).status, 200);
	t.like(await list(provider.token({iat: now - 31 * 60, exp: now + 3600})), expired);
	t.is((await list(provider.token({iat: now - 29 * 60, exp: now + 3600}))).status, 200);
});

test('an address in a token’s header is never gone to', async t => {
	const seen: unknown[] = [];
	const attacker = createServer((request, response) => {
		seen.push(request.url);
		response.end('{}');
	});
	attacker.on('connection', () => seen.push('connection'));
	attacker.listen(0, '127.0.0.1');
	await once(attacker, 'listening');
	t.teardown(() => attacker.close());
	const url = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/keys`;
	for (const kid of ['first', 'unknown', url])
		t.like(await list(provider.foreign({kid, jku: url, x5u: url, iss: url}, {jku: url})), invalid);
	t.deepEqual(seen, []);
});

test('tokens with unknown keys do not make the keys be asked for again and again', async t => {
	const before = provider.asked.length;
	await Promise.all(Array.from({length: 50}, (_, i) => list(provider.token({}, {kid: `unknown-${i}`}))));
	t.true(provider.asked.length - before <= 1);
	t.true(provider.asked.every(url => url === '/realms/test/protocol/openid-connect/certs'));
});

test('fifty first requests at once make one user', async t => {
	const token = provider.token({sub: 'in-a-hurry'});
	const answers = await Promise.all(Array.from({length: 50}, () => list(token)));
	t.true(answers.every(({status}) => status === 200));
	const rows = await product.services.orm.em.fork().find(User, {subject: 'in-a-hurry'});
	t.is(rows.length, 1);
	t.like(rows[0], {issuer: provider.issuer, name: 'Some Body', email: 'in-a-hurry@example.com', emailVerified: true});
});

test('the row follows the newest token; a name that was chosen here stays until it changes there', async t => {
	const sub = 'changing';
	const row = () => product.services.orm.em.fork().findOneOrFail(User, {subject: sub});
	const iat = seconds();
	const first = provider.token({sub, iat: iat - 100});
	await list(first);
	await product.services.orm.em.fork().nativeUpdate(User, {subject: sub}, {name: 'Chosen'});
	await list(provider.token({sub, iat: iat - 90, email: 'new@example.com', email_verified: false}));
	t.like(await row(), {name: 'Chosen', email: 'new@example.com', emailVerified: false});
	const {revision} = await row();
	await list(first);
	t.like(await row(), {name: 'Chosen', email: 'new@example.com', emailVerified: false, revision});
	await list(provider.token({sub, iat: iat - 80, name: 'Changed There', email: undefined}));
	t.like(await row(), {name: 'Changed There', email: null, emailVerified: false, revision: revision + 1});
});

test('a verified address is of one person, whom Keycloak named last', async t => {
	const email = 'shared@example.com';
	const iat = seconds();
	const holders = async () => {
		const rows = await product.services.orm.em.fork().find(User, {email, emailVerified: true});
		return rows.map(({subject}) => subject);
	};
	await list(provider.token({sub: 'before', email, iat: iat - 100}));
	await list(provider.token({sub: 'unverified', email, email_verified: false, iat: iat - 95}));
	t.deepEqual(await holders(), ['before']);
	await list(provider.token({sub: 'after', email, iat: iat - 90}));
	t.deepEqual(await holders(), ['after']);
	await list(provider.token({sub: 'before', email, iat: iat - 95}));
	t.deepEqual(await holders(), ['after']);
	await list(provider.token({sub: 'before', email, iat: iat - 80}));
	t.deepEqual(await holders(), ['before']);
});

test('somebody else with the same name and address is somebody else', async t => {
	const mine = {authorization: `Bearer ${provider.token({sub: 'one'})}`};
	const {id} = (await product.post('/workspaces', {name: 'mine'}, mine)).body;
	const theirs = {authorization: `Bearer ${provider.token({sub: 'two', email: 'one@example.com'})}`};
	t.is((await product.get(`/workspaces/${id}`, mine)).status, 200);
	t.is((await product.get(`/workspaces/${id}`, theirs)).status, 404);
	t.is((await product.get('/workspaces', theirs)).body.pagination.total, 0);
});

test('the role admin of the token makes an administrator, as long as tokens say so', async t => {
	const admins = (token: string) => product.get('/admin/orphans', {authorization: `Bearer ${token}`});
	const roles = {realm_access: {roles: ['admin']}};
	t.is((await admins(provider.token({sub: 'boss', ...roles}))).status, 200);
	t.is((await admins(provider.token({sub: 'boss'}))).status, 403);
	await product.services.orm.em.fork().nativeUpdate(User, {subject: 'boss'}, {platformRole: 'admin'});
	t.is((await admins(provider.token({sub: 'boss'}))).status, 200);
});

test('a disabled user is refused from the next request on', async t => {
	const sub = 'leaving';
	const disable = (disabledAt: Date | null) =>
		product.services.orm.em.fork().nativeUpdate(User, {subject: sub}, {disabledAt});
	const token = provider.token({sub, realm_access: {roles: ['admin']}});
	t.is((await list(token)).status, 200);
	await disable(new Date());
	t.like(await list(token), {status: 403, body: {code: 'USER_DISABLED'}});
	await disable(null);
	t.is((await list(token)).status, 200);
});

/** Gives itself another subject. */
const changed = (token: string): string => {
	const [header, claims, signature] = token.split('.');
	const read = JSON.parse(Buffer.from(claims!, 'base64url').toString()) as object;
	return `${header}.${Buffer.from(JSON.stringify({...read, sub: 'other'})).toString('base64url')}.${signature}`;
};
