import test, {type ExecutionContext} from 'ava';
import {startIdentityProvider} from '../helpers/identity-provider.ts';
import {startInstallation} from '../helpers/installation.ts';

const build = async (t: ExecutionContext) => {
	const provider = await startIdentityProvider();
	const product = await startInstallation({withoutWorkers: true, env: provider.env});
	t.teardown(async () => {
		await product.close();
		await provider.stop();
	});
	const list = (token: string) => product.get('/workspaces', {authorization: `Bearer ${token}`});
	return {provider, product, list};
};

test('while Keycloak is away, who could sign in before still can; of others nobody says that their token is bad', async t => {
	const {provider, list} = await build(t);
	const token = provider.token();
	t.is((await list(token)).status, 200);
	provider.behave('isGone');
	t.is((await list(token)).status, 200);
	t.is((await list(provider.token({sub: 'somebody-new'}))).status, 200);
	// The keys were asked for a moment ago, and are taken as they were.
	t.is((await list(provider.token({}, {kid: 'unknown'}))).status, 401);
});

test('an API that starts while Keycloak is away says so, serves what is public, and goes on by itself', async t => {
	const {provider, product, list} = await build(t);
	provider.behave('hangs');
	const token = provider.token();
	const started = performance.now();
	const answer = await list(token);
	t.like(answer, {status: 503, body: {code: 'IDENTITY_PROVIDER_UNAVAILABLE'}});
	t.true(Number(answer.headers.get('retry-after')) <= 10);
	t.true(performance.now() - started < 4000);
	// The next ones do not wait for it again.
	const again = performance.now();
	t.is((await list(token)).status, 503);
	t.true(performance.now() - again < 1000);
	t.is((await product.get('/workspaces')).status, 401);
	t.is((await fetch(`${product.url}/health`)).status, 200);
	t.like(await health(product.url), {status: 503, body: {status: 'unhealthy', code: 'TIMEOUT'}});
	provider.behave('answers');
	await product.until('signing in', 20, async () => (await list(token)).status === 200);
	t.like(await health(product.url), {status: 200, body: {status: 'healthy'}});
});

const health = async (url: string) => {
	const response = await fetch(`${url}/health/keycloak`);
	return {status: response.status, body: await response.json()};
};
