// What no real identity provider says, and must not be believed. Signing in with a real one: browser-sign-in.test.ts.
import {createHash} from 'node:crypto';
import test from 'ava';
import {createLogger} from '../../../src/logger.ts';
import {createIdentityProvider} from '../../../src/sign-in/sessions/identity-provider.ts';
import {startForgingProvider} from './forging-provider.ts';

let forging: Awaited<ReturnType<typeof startForgingProvider>>;
test.before(async () => {
	forging = await startForgingProvider();
});
test.after.always(() => forging?.close());

const providerAt = (issuer: string) =>
	createIdentityProvider({
		keycloak: {issuer, keysUrl: `${issuer}/keys`, clientId: 'client'},
		config: {publicUrl: 'https://workspaces.test', keycloakClientSecret: 'a-client-secret', jwtAlgorithm: 'RS256'},
		log: createLogger({logLevel: 'silent'}),
	});

const signIn = async (forgery: Parameters<typeof forging.forge>[0], changed: Record<string, string> = {}) => {
	const provider = providerAt(forging.issuer);
	const {pending} = await provider.begin('en');
	forging.forge(forgery);
	const query = new URLSearchParams({code: pending.nonce, state: pending.state, ...changed});
	return provider.finish(query.toString(), {...pending, returnTo: '/'});
};

test.serial('who came back is who the provider says', async t => {
	const {identity, idToken} = await signIn({
		accessClaims: {name: 'Alice', email: 'a@example.com', email_verified: true},
	});
	t.like(identity, {
		issuer: forging.issuer,
		subject: 'alice',
		profile: {name: 'Alice', email: 'a@example.com', emailVerified: true},
		isAdministrator: true,
	});
	t.is(idToken.split('.').length, 3);
	const {identity: plain} = await signIn({accessClaims: {realm_access: undefined}});
	t.like(plain, {profile: {name: 'alice', email: null, emailVerified: false}, isAdministrator: false});
});

test.serial('the browser is sent with a challenge, and the code is exchanged with what it was made from', async t => {
	const {url, pending} = await providerAt(forging.issuer).begin('zh-TW');
	const query = new URL(url).searchParams;
	t.is(query.get('code_challenge_method'), 'S256');
	t.is(query.get('code_challenge'), createHash('sha256').update(pending.verifier).digest('base64url'));
	t.is(query.get('redirect_uri'), 'https://workspaces.test/auth/callback');
	t.is(query.get('ui_locales'), 'zh-TW');
	await signIn({});
	const exchange = forging.requests.at(-1)!;
	t.is(exchange.get('grant_type'), 'authorization_code');
	t.is(exchange.get('redirect_uri'), 'https://workspaces.test/auth/callback');
	t.is(exchange.get('client_secret'), 'a-client-secret');
	t.regex(exchange.get('code_verifier')!, /^[\w-]{43,}$/);
});

const hourAgo = Math.floor(Date.now() / 1000) - 3600;
for (const [what, forgery] of [
	['another nonce', {claims: {nonce: 'another'}}],
	['no nonce', {claims: {nonce: undefined}}],
	['another issuer', {claims: {iss: 'https://evil.test'}}],
	['another audience', {claims: {aud: 'another-client'}}],
	['several audiences, made for another client', {claims: {aud: ['client', 'another-client'], azp: 'another-client'}}],
	['no subject', {claims: {sub: undefined}}],
	['an end that is past', {claims: {exp: hourAgo, iat: hourAgo - 60}}],
	['no end', {claims: {exp: undefined}}],
	['the signature of another key', {key: 'other'}],
	['a key that is not published', {key: 'other', header: {kid: 'unknown'}}],
	['no signature', {key: 'none'}],
	['the algorithm "none"', {key: 'none', header: {alg: 'none'}}],
	['another algorithm', {header: {alg: 'PS256'}}],
] as const) {
	test.serial(`an ID token with ${what} is not believed`, async t => {
		await t.throwsAsync(signIn(forgery), {message: 'SIGN_IN_FAILED'});
	});
}

test.serial('an access token that the ID token does not vouch for is not believed', async t => {
	await t.throwsAsync(signIn({otherAccessToken: true}), {message: 'SIGN_IN_FAILED'});
	await t.throwsAsync(signIn({claims: {at_hash: undefined}}), {message: 'SIGN_IN_FAILED'});
	await t.throwsAsync(signIn({accessClaims: {typ: 'ID'}}), {message: 'SIGN_IN_FAILED'});
	await t.throwsAsync(signIn({accessClaims: {azp: 'another-client'}}), {message: 'SIGN_IN_FAILED'});
});

test.serial('an answer for another state is not believed', async t => {
	await t.throwsAsync(signIn({}, {state: 'another'}), {message: 'SIGN_IN_FAILED'});
	await t.throwsAsync(signIn({}, {iss: 'https://evil.test'}), {message: 'SIGN_IN_FAILED'});
});

test.serial('a refusal is told with its reason, and what is no reason is not repeated', async t => {
	const refusal = (error: string) => signIn({}, {error, error_description: 'x'});
	await t.throwsAsync(refusal('access_denied'), {message: 'SIGN_IN_REFUSED'});
	const error = await t.throwsAsync(refusal('<script>'));
	t.like(error, {message: 'SIGN_IN_REFUSED', params: {reason: 'unknown'}});
	await t.throwsAsync(refusal('temporarily_unavailable'), {message: 'IDENTITY_PROVIDER_UNAVAILABLE'});
});

test.serial(
	'a code that is not good is no sign-in, a secret that is not good is a fault of ours, and no answer is to be tried again',
	async t => {
		const answer = (status: number, error: string) => signIn({answer: {status, body: {error}}});
		await t.throwsAsync(answer(400, 'invalid_grant'), {message: 'SIGN_IN_FAILED'});
		await t.throwsAsync(answer(401, 'invalid_client'), {name: 'ResponseBodyError'});
		await t.throwsAsync(answer(503, 'x'), {message: 'IDENTITY_PROVIDER_UNAVAILABLE'});
		await t.throwsAsync(providerAt('http://127.0.0.1:1/realms/x').begin('en'), {
			message: 'IDENTITY_PROVIDER_UNAVAILABLE',
		});
	},
);

test.serial('a provider that was away is asked again', async t => {
	const before = await startForgingProvider();
	const provider = providerAt(before.issuer);
	before.close();
	await t.throwsAsync(provider.begin('en'), {message: 'IDENTITY_PROVIDER_UNAVAILABLE'});
	t.is(await provider.endSessionUrl('x'), null);
	const after = await startForgingProvider(Number(new URL(before.issuer).port));
	t.teardown(after.close);
	t.truthy((await provider.begin('en')).url);
});
