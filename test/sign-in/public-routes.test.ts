import test from 'ava';
import {permissions} from '../../src/access/permissions.ts';
import {everyRoute} from '../helpers/every-route.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let product: Installation;
test.before(async () => {
	// Where nobody answers: what is refused for the lack of a token is refused without asking.
	product = await startInstallation({
		withoutWorkers: true,
		env: {
			ENABLE_AUTH: 'true',
			HOST: '127.0.0.1',
			SECRET_KEY: 'k'.repeat(32),
			KEYCLOAK_SERVER_URL: 'http://127.0.0.1:1',
			KEYCLOAK_CLIENT_ID: 'workspace-manager',
		},
	});
});
test.after.always(() => product?.close());

test('without a token nothing answers but what the table calls public', async t => {
	for (const {method, path, operation} of everyRoute) {
		const address = path.replaceAll(/\{\w+\}/g, '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e');
		for (const each of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
			const response = await fetch(`${product.url}${address}`, {method: each});
			const text = await response.text();
			const isOpen = 'public' in permissions[operation];
			t.is(
				response.status === 401 && !text.includes('WEBHOOK_KEY_INVALID'),
				!isOpen,
				`${each} ${path}: ${response.status}`,
			);
			if (!isOpen) t.is(response.headers.get('www-authenticate'), 'Bearer', `${each} ${path}`);
			if (!isOpen && each !== 'HEAD') t.is((JSON.parse(text) as {code: string}).code, 'AUTHENTICATION_REQUIRED', path);
		}
	}
});

test('the mode is told', async t => {
	const answer = (await (await fetch(`${product.url}/health`)).json()) as {authentication: string};
	t.is(answer.authentication, 'enabled');
});
