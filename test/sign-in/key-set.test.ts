import test, {type ExecutionContext} from 'ava';
import {createKeySet} from '../../src/sign-in/key-set.ts';
import {createLogger} from '../../src/logger.ts';
import {behaviours, type IdentityProvider, startIdentityProvider} from '../helpers/identity-provider.ts';

const build = async (t: ExecutionContext, options: {keepMs?: number; cooldownMs?: number} = {}) => {
	const provider = await startIdentityProvider();
	t.teardown(provider.stop);
	const keys = createKeySet({
		url: `${provider.issuer}/protocol/openid-connect/certs`,
		log: createLogger({logLevel: 'silent'}),
		limitMs: 300,
		...options,
	});
	return {provider, keys};
};
const unavailable = {message: 'IDENTITY_PROVIDER_UNAVAILABLE'};
const bad = Object.keys(behaviours).filter(name => name !== 'answers') as Parameters<IdentityProvider['behave']>[0][];

test('keys are asked for once, however many need them', async t => {
	const {provider, keys} = await build(t);
	const found = await Promise.all(Array.from({length: 20}, () => keys.known()));
	t.true(found.every(each => each.length === 1 && each[0]!.kid === 'first'));
	await keys.known();
	t.is(provider.asked.length, 1);
});

test('a key that is not known is asked for once in a cooldown', async t => {
	const {provider, keys} = await build(t, {cooldownMs: 400});
	await keys.known();
	provider.rotate();
	for (let i = 0; i < 20; i++) t.is((await keys.renewed()).length, 1);
	t.is(provider.asked.length, 1);
	await new Promise(resolve => setTimeout(resolve, 450));
	t.is((await keys.renewed()).length, 2);
	t.is(provider.asked.length, 2);
});

test('a key that was removed is good until the keys are looked at again', async t => {
	const {provider, keys} = await build(t, {keepMs: 2000, cooldownMs: 0});
	t.is((await keys.known())[0]!.kid, 'first');
	provider.rotate({keepOld: false});
	t.is((await keys.known())[0]!.kid, 'first');
	await new Promise(resolve => setTimeout(resolve, 2100));
	t.not((await keys.known())[0]!.kid, 'first');
});

for (const behaviour of bad) {
	test(`known keys go on working where the provider ${behaviour}; what is not known is "unavailable", in time`, async t => {
		const {provider, keys} = await build(t, {keepMs: 0, cooldownMs: 0});
		await keys.known();
		provider.behave(behaviour);
		const started = performance.now();
		t.is((await keys.known()).length, 1);
		await t.throwsAsync(keys.renewed(), unavailable);
		t.true(performance.now() - started < 2000);
		provider.behave('answers');
		t.is((await keys.renewed()).length, 1);
	});

	test(`without known keys it is "unavailable" where the provider ${behaviour}`, async t => {
		const {provider, keys} = await build(t, {cooldownMs: 5000});
		provider.behave(behaviour);
		t.deepEqual(await keys.known(), []);
		const error = await t.throwsAsync<Error & {params: {retryAfterSeconds: number}}>(keys.renewed(), unavailable);
		t.true(error!.params.retryAfterSeconds >= 1 && error!.params.retryAfterSeconds <= 5);
		t.is(provider.asked.length, 1);
		await t.throwsAsync(keys.ping(AbortSignal.timeout(300)));
	});
}

test('nobody waits for a provider that is known to hang', async t => {
	const {provider, keys} = await build(t, {keepMs: 0, cooldownMs: 0});
	await keys.known();
	provider.behave('hangs');
	await keys.known();
	const started = performance.now();
	for (let i = 0; i < 50; i++) await keys.known();
	t.true(performance.now() - started < 250);
});
