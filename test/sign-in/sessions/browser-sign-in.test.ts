// Signing in with a browser and a real Keycloak, and every way to get it wrong.
import {randomBytes} from 'node:crypto';
import test from 'ava';
import {User} from '../../../src/users/user.entity.ts';
import {problemOf} from '../../helpers/serve.ts';
import {type Installation, startInstallation} from '../../helpers/installation.ts';
import {hasKeycloak, keycloakTest, startRealm} from '../../rigs/keycloak/shared.ts';
import type {Realm} from '../../rigs/keycloak/realm.ts';
import {type Browser, createBrowser} from './browser.ts';

const publicUrl = 'http://127.0.0.1:3001';
const secureUrl = 'https://workspaces.example.com';

let realm: Realm;
let product: Installation;
test.before(async () => {
	if (!hasKeycloak) return;
	realm = await startRealm();
	product = await startInstallation({
		withoutWorkers: true,
		env: {...realm.env, HOST: '127.0.0.1', PUBLIC_URL: publicUrl},
	});
});
test.after.always(async () => {
	await product?.close();
	await realm?.remove();
});

const browser = (): Browser => createBrowser({[publicUrl]: product.url});
const isCallback = (url: string): boolean => url.includes('/auth/callback?');
const loginTo = (returnTo: string): string => `/auth/login?returnTo=${encodeURIComponent(returnTo)}`;
const sessionOf = async (where: Browser, url = publicUrl) =>
	// oxlint-disable-next-line typescript/no-explicit-any
	(await (await where.request(`${url}/auth/session`)).json()) as any;

/** As far as the address that Keycloak sends the browser back to, which it has not asked yet. */
const comeBack = async (where: Browser, name: string, path = '/auth/login'): Promise<string> => {
	const form = await where.follow(`${publicUrl}${path}`);
	const {url, html} = await where.submit(form, {username: name, password: name}, isCallback);
	if (!isCallback(url))
		throw new Error(`${name} was not signed in: ${/<[^>]*alert[^]*?<\/span>/.exec(html)?.[0] ?? html}`);
	return url;
};

const signIn = async (where: Browser, name: string, path?: string) => where.request(await comeBack(where, name, path));

/** Somebody new, whom no other test signs in. */
const newPerson = async (): Promise<string> => {
	const name = `person-${randomBytes(4).toString('hex')}`;
	await realm.addUser(name);
	return name;
};

/** The client that browsers sign in through. */
const changeClient = async ({administer, clientId}: Realm, properties: object): Promise<void> => {
	const [client] = await administer<{id: string}[]>('GET', `/clients?clientId=${clientId}`);
	await administer('PUT', `/clients/${client!.id}`, properties);
};

const find = async (name: string): Promise<User> =>
	product.services.orm.em.fork().findOneOrFail(User, {email: `${name}@example.com`});

keycloakTest('somebody signs in, is known, changes something, and signs out here and at Keycloak', async t => {
	const alice = browser();
	t.deepEqual(await sessionOf(alice), {signedIn: false});
	const landed = await signIn(alice, 'alice', '/auth/login?returnTo=/docs%3Fa=1%23top');
	t.is(landed.status, 302);
	t.is(landed.headers.get('location'), `${publicUrl}/docs?a=1#top`);
	t.is(landed.headers.get('cache-control'), 'no-store');
	const [session, pending] = landed.headers.getSetCookie();
	t.regex(session!, /^wsm_session=[\w-]{43}; path=\/; samesite=lax; httponly$/);
	t.regex(pending!, /^wsm_sign_in=; path=\/; expires=Thu, 01 Jan 1970/);

	const {user, csrfToken, signedIn} = await sessionOf(alice);
	t.true(signedIn);
	t.like(user, {name: 'Alice Adams', email: 'alice@example.com', platformRole: 'member'});
	t.like(await find('alice'), {id: user.id, issuer: realm.issuer, emailVerified: true});
	const create = (headers: Record<string, string>) =>
		alice.request(`${publicUrl}/api/v1/workspaces`, {
			method: 'POST',
			body: '{"name": "of-alice"}',
			headers: {'content-type': 'application/json', origin: publicUrl, ...headers},
		});
	t.is((await create({})).status, 403);
	const created = await create({'x-csrf-token': csrfToken});
	t.is(created.status, 201);
	t.is(((await created.json()) as {ownerId: string}).ownerId, user.id);

	const left = await alice.request(`${publicUrl}/auth/logout`, {
		method: 'POST',
		headers: {origin: publicUrl, 'x-csrf-token': csrfToken},
	});
	const {endSessionUrl} = (await left.json()) as {endSessionUrl: string};
	t.deepEqual(await sessionOf(alice), {signedIn: false});
	// Keycloak still knows her: no form.
	t.true(isCallback((await alice.follow(`${publicUrl}/auth/login`, {}, isCallback)).url));
	t.is((await alice.follow(endSessionUrl, {}, url => url === `${publicUrl}/`)).url, `${publicUrl}/`);
	t.regex((await alice.follow(`${publicUrl}/auth/login`)).html, /name="password"/);
});

keycloakTest('somebody is the same person each time, and an administrator when Keycloak says so', async t => {
	const [ada, carol, again] = [browser(), browser(), browser()];
	await signIn(ada, 'admin');
	t.like(await sessionOf(ada), {user: {platformRole: 'admin'}});
	t.is((await ada.request(`${publicUrl}/api/v1/admin/orphans`)).status, 200);
	await signIn(carol, 'carol');
	await signIn(again, 'carol');
	t.is((await sessionOf(carol)).user.id, (await sessionOf(again)).user.id);
	t.is((await carol.request(`${publicUrl}/api/v1/admin/orphans`)).status, 403);
	t.like(await find('carol'), {platformRole: 'member', emailVerified: false});
});

keycloakTest('a sign-in always gives a new id, and ends the session that the browser had', async t => {
	const [mallory, victim] = [browser(), browser()];
	await signIn(mallory, await newPerson());
	const before = await sessionOf(mallory);
	const planted = mallory.cookie('wsm_session')!;
	victim.plant(publicUrl, 'wsm_session', planted);
	t.is((await sessionOf(victim)).user.id, before.user.id);
	await signIn(victim, await newPerson());
	t.not(victim.cookie('wsm_session'), planted);
	const after = await sessionOf(victim);
	t.true(after.signedIn);
	t.not(after.user.id, before.user.id);
	t.deepEqual(await sessionOf(mallory), {signedIn: false});
});

keycloakTest('what one browser began no other can finish', async t => {
	const [alice, mallory] = [browser(), browser()];
	const address = await comeBack(alice, await newPerson());
	t.like(await problemOf(await mallory.request(address)), {status: 400, code: 'SIGN_IN_NOT_PENDING'});
	await mallory.follow(`${publicUrl}/auth/login`);
	t.like(await problemOf(await mallory.request(address)), {status: 400, code: 'SIGN_IN_NOT_PENDING'});

	// Nor with a state of its own: the code was made for another challenge and another nonce.
	const own = new URL(await comeBack(mallory, await newPerson()));
	own.searchParams.set('code', new URL(address).searchParams.get('code')!);
	t.like(await problemOf(await mallory.request(own)), {status: 400, code: 'SIGN_IN_FAILED'});
	t.is(mallory.cookie('wsm_session'), undefined);
});

keycloakTest('a code is good once', async t => {
	const alice = browser();
	const address = await comeBack(alice, await newPerson());
	const pending = alice.cookie('wsm_sign_in')!;
	t.is((await alice.request(address)).status, 302);
	t.like(await problemOf(await alice.request(address)), {code: 'SIGN_IN_NOT_PENDING'});
	alice.plant(publicUrl, 'wsm_sign_in', pending);
	t.like(await problemOf(await alice.request(address)), {status: 400, code: 'SIGN_IN_FAILED'});
});

for (const returnTo of [
	'/%2f%2fevil.test',
	'/.//evil.test',
	'/..//evil.test',
	'/@evil.test',
	'/:80',
	'/?to=//evil.test',
]) {
	keycloakTest(`somebody who wants to go to ${returnTo} stays on this service`, async t => {
		const alice = browser();
		const landed = await signIn(alice, await newPerson(), loginTo(returnTo));
		t.is(new URL(landed.headers.get('location')!, publicUrl).origin, publicUrl);
		t.true(landed.headers.get('location')!.startsWith(`${publicUrl}/`));
	});
}

keycloakTest('who is disabled does not get in', async t => {
	await realm.addUser('dora', {firstName: 'Dora', lastName: 'Disabled'});
	await signIn(browser(), 'dora');
	const {id} = await find('dora');
	await product.services.orm.em.fork().nativeUpdate(User, {id}, {disabledAt: new Date()});
	const again = browser();
	t.like(await problemOf(await signIn(again, 'dora')), {status: 403, code: 'USER_DISABLED'});
	t.is(again.cookie('wsm_session'), undefined);
});

keycloakTest('where people come by https the cookies go nowhere else, and no other host can plant them', async t => {
	const own = await startRealm();
	t.teardown(own.remove);
	await changeClient(own, {redirectUris: [`${secureUrl}/auth/callback`]});
	const env = {...own.env, HOST: '127.0.0.1', PUBLIC_URL: secureUrl};
	const secure = await startInstallation({withoutWorkers: true, env});
	t.teardown(secure.close);
	const alice = createBrowser({[secureUrl]: secure.url});
	const form = await alice.follow(`${secureUrl}/auth/login`);
	const {url} = await alice.submit(form, {username: 'alice', password: 'alice'}, isCallback);
	const landed = await alice.request(url);
	t.is(landed.headers.get('location'), `${secureUrl}/`);
	const [session, pending] = landed.headers.getSetCookie();
	t.regex(session!, /^__Host-wsm_session=[\w-]{43}; path=\/; samesite=lax; secure; httponly$/);
	t.regex(pending!, /^__Host-wsm_sign_in=; path=\/; .*secure; httponly$/);
	t.true((await sessionOf(alice, secureUrl)).signedIn);
	const plain = {cookie: `wsm_session=${alice.cookie('__Host-wsm_session')}`};
	t.is((await secure.get('/workspaces', plain)).status, 401);
});

keycloakTest('who says no at Keycloak is told that nobody was signed in', async t => {
	const own = await startRealm();
	t.teardown(own.remove);
	await changeClient(own, {consentRequired: true});
	const env = {...own.env, HOST: '127.0.0.1', PUBLIC_URL: publicUrl};
	const asking = await startInstallation({withoutWorkers: true, env});
	t.teardown(asking.close);
	const bob = createBrowser({[publicUrl]: asking.url});
	const form = await bob.follow(`${publicUrl}/auth/login`);
	const consent = await bob.submit(form, {username: 'bob', password: 'bob'});
	const {url} = await bob.submit(consent, {cancel: 'No'}, isCallback);
	t.like(await problemOf(await bob.request(url)), {
		status: 403,
		code: 'SIGN_IN_REFUSED',
		params: {reason: 'access_denied'},
	});
	t.is(bob.cookie('wsm_session'), undefined);
});

test('while Keycloak is away signing in is to be tried again', async t => {
	const env = {
		ENABLE_AUTH: 'true',
		HOST: '127.0.0.1',
		KEYCLOAK_SERVER_URL: 'http://127.0.0.1:1',
		KEYCLOAK_CLIENT_ID: 'workspace-manager',
		SECRET_KEY: 'k'.repeat(32),
	};
	const alone = await startInstallation({withoutWorkers: true, env});
	t.teardown(alone.close);
	const response = await fetch(`${alone.url}/auth/login`, {redirect: 'manual'});
	t.truthy(response.headers.get('retry-after'));
	t.like(await problemOf(response), {status: 503, code: 'IDENTITY_PROVIDER_UNAVAILABLE'});
	t.deepEqual(response.headers.getSetCookie(), []);
});
