import test from 'ava';
import {importedClientSecret} from './server.ts';
import {hasKeycloak, keycloakTest, sharedServer, startRealm} from './shared.ts';
import type {Realm} from './realm.ts';

let realm: Realm;
test.before(async () => {
	if (hasKeycloak) realm = await startRealm();
});
test.after.always(() => realm?.remove());

const claimsOf = (token: string) =>
	JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
const kidOf = (token: string) =>
	(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as {kid: string}).kid;
const publishedKids = async () => {
	const response = await fetch(`${realm.issuer}/protocol/openid-connect/certs`);
	return ((await response.json()) as {keys: {kid: string}[]}).keys.map(({kid}) => kid);
};

keycloakTest(
	'the realm that comes with the product is imported at the start, with the secret of the environment',
	async t => {
		const url = `${await sharedServer()}/realms/aileron/protocol/openid-connect/token/introspect`;
		const ask = (secret: string) =>
			fetch(url, {
				method: 'POST',
				body: new URLSearchParams({client_id: 'workspace-manager', client_secret: secret, token: 'x'}),
			});
		t.is((await ask(importedClientSecret)).status, 200);
		t.is((await ask('wrong')).status, 401);
	},
);

keycloakTest('an access token is for the API, and says who has it', async t => {
	const claims = claimsOf(await realm.token('carol'));
	t.like(claims, {
		iss: realm.issuer,
		typ: 'Bearer',
		azp: 'workspace-manager-cli',
		name: 'Carol Clark',
		email: 'carol@example.com',
		email_verified: false,
	});
	t.true([claims['aud']].flat().includes('workspace-manager'));
	const {realm_access: access} = claimsOf(await realm.token('admin')) as {realm_access: {roles: string[]}};
	t.true(access.roles.includes('admin'));
});

keycloakTest('a token of the client for another audience is not for the API', async t => {
	const claims = claimsOf(await realm.token('alice', 'test-other-audience'));
	t.false([claims['aud']].flat().includes('workspace-manager'));
});

keycloakTest('a new key signs from now on, and the old one is published until it is removed', async t => {
	const before = kidOf(await realm.token('alice'));
	await realm.rotateKeys();
	const after = kidOf(await realm.token('alice'));
	t.not(after, before);
	t.true((await publishedKids()).includes(before));
	await realm.removeOldKeys();
	t.false((await publishedKids()).includes(before));
	t.is(kidOf(await realm.token('alice')), after);
});
