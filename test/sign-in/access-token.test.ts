import test from 'ava';
import {readAccessToken} from '../../src/sign-in/access-token.ts';

const keycloak = {issuer: 'https://sso.example.com/realms/aileron', keysUrl: '', clientId: 'workspace-manager'};
const now = 1_800_000_000;
const good = {
	typ: 'Bearer',
	sub: 'b0c1',
	iat: now,
	exp: now + 300,
	aud: ['account', 'workspace-manager'],
	azp: 'some-client',
	name: 'Ada Admin',
	preferred_username: 'ada',
	email: 'ada@example.com',
	email_verified: true,
	realm_access: {roles: ['offline_access', 'admin']},
};
const read = (claims: object, acceptAzp = false) => readAccessToken({...good, ...claims}, keycloak, {acceptAzp, now});

test('a good token says who somebody is', t => {
	t.deepEqual(read({}), {
		issuer: keycloak.issuer,
		subject: 'b0c1',
		profile: {name: 'Ada Admin', email: 'ada@example.com', emailVerified: true, issuedAt: now},
		isAdministrator: true,
	});
	t.false(read({realm_access: {roles: ['administrator']}})!.isAdministrator);
	t.false(read({realm_access: undefined, resource_access: {x: {roles: ['admin']}}})!.isAdministrator);
});

for (const [what, claims] of [
	['an ID token', {typ: 'ID'}],
	['a refresh token', {typ: 'Refresh'}],
	['an offline token', {typ: 'Offline'}],
	['a token without a type', {typ: undefined}],
	['a token for another API', {aud: 'account'}],
	['a token for nobody', {aud: undefined}],
	['a token for an API whose name begins like ours', {aud: ['workspace-manager-cli']}],
	['a token that our client got for another API', {aud: 'account', azp: 'workspace-manager'}],
	['a token about nobody', {sub: undefined}],
	['a token about nobody with a name', {sub: ''}],
	['a token about a subject with a NUL', {sub: 'b0\0c1'}],
	['a token about a subject with half a character', {sub: 'b0\uD800'}],
	['a token about a subject that no column holds', {sub: 'x'.repeat(256)}],
	['a token that never ends', {exp: undefined}],
	['a token without an age', {iat: undefined}],
	['a token from the future', {iat: now + 31}],
] as const) {
	test(`${what} is not good`, t => t.is(read(claims), null));
}

test('the audience may be one name', t => t.truthy(read({aud: 'workspace-manager'})));

test('clocks may differ by half a minute', t => t.truthy(read({iat: now + 29})));

test('where it is so settled, a token that our own client got is good without the audience', t => {
	t.truthy(read({aud: 'account', azp: 'workspace-manager'}, true));
	t.truthy(read({azp: 'some-client'}, true));
	t.is(read({aud: 'account', azp: 'some-client'}, true), null);
});

test('who has no name is called by what there is', t => {
	t.is(read({name: undefined})!.profile.name, 'ada');
	t.is(read({name: ' ', preferred_username: undefined})!.profile.name, 'ada@example.com');
	t.is(read({name: undefined, preferred_username: undefined, email: undefined})!.profile.name, 'b0c1');
	t.is(read({name: 'x'.repeat(300)})!.profile.name.length, 255);
});

test('only an address of which Keycloak says so is verified', t => {
	t.false(read({email_verified: false})!.profile.emailVerified);
	t.false(read({email_verified: undefined})!.profile.emailVerified);
	t.like(read({email: undefined})!.profile, {email: null, emailVerified: false});
});

for (const hostile of ['a\0b', 'a\uD800', 'x'.repeat(5000), {not: 'a text'}, null]) {
	test(`what else a token says keeps nobody out: ${JSON.stringify(hostile).slice(0, 20)}`, t => {
		const claims = {
			name: hostile,
			preferred_username: hostile,
			email: hostile,
			email_verified: hostile,
			realm_access: hostile,
		};
		const {subject, profile} = read(claims)!;
		t.is(subject, 'b0c1');
		t.true(
			profile.name.length > 0 &&
				profile.name.length <= 255 &&
				!profile.name.includes('\0') &&
				profile.name.isWellFormed(),
		);
	});
}
