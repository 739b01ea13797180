// Who may command the service from a browser: names and pages of its own.
import {request} from 'node:http';
import test from 'ava';
import {createSourceCheck, type RequestSource} from '../../src/http/own-hosts.ts';
import {everyRoute} from '../helpers/every-route.ts';
import {serve} from '../helpers/serve.ts';

const config = {
	enableAuth: false,
	publicUrl: 'https://workspaces.example.com',
	host: '127.0.0.2',
	allowedHosts: ['api'],
	allowedOrigins: ['https://app.example.com'],
};
const refusalOf = (source: Partial<RequestSource>, enableAuth = false): string | null => {
	try {
		createSourceCheck({...config, enableAuth})({method: 'GET', url: '/api/v1/workspaces', headers: {}, ...source});
		return null;
	} catch (error) {
		return (error as Error).message;
	}
};

for (const host of [
	'localhost:3001',
	'LOCALHOST',
	'localhost.',
	'127.0.0.1',
	'127.0.0.1:80',
	'[::1]:3001',
	'127.0.0.2',
	'workspaces.example.com',
	'Workspaces.Example.com:443',
	'api:3001',
])
	test(`${host} is served`, t => t.is(refusalOf({headers: {host}}), null));

for (const host of [
	'rebind.evil.example:3001',
	'',
	' ',
	'evil@localhost',
	'localhost@evil.example',
	'localhost.evil.example',
	'localhost:3001:1',
	'localhost:x',
	'127.0.0.1.evil.example',
	'127.1',
	'0x7f000001',
	'0.0.0.0',
	'[::]',
	'[fe80::1%25eth0]',
	'localhost/..',
	'localhost\\evil',
	'localhost#',
	'localhost,evil.example',
	'app.example.com',
])
	test(`"${host}" is not served`, t => t.is(refusalOf({headers: {host}}), 'HOST_NOT_ALLOWED'));

test('a request without a host, or for another one, is not served', t => {
	t.is(refusalOf({}), 'HOST_NOT_ALLOWED');
	const headers = {host: 'localhost'};
	t.is(refusalOf({headers, url: 'http://evil.example/api/v1/workspaces'}), 'HOST_NOT_ALLOWED');
	t.is(refusalOf({headers, url: 'http://localhost@evil.example/'}), 'HOST_NOT_ALLOWED');
	t.is(refusalOf({headers: {...headers, 'x-forwarded-host': 'evil.example'}}), 'HOST_NOT_ALLOWED');
	t.is(refusalOf({headers, url: 'http://localhost:3001/api/v1/workspaces'}), null);
});

test('health is asked by address', t => {
	for (const url of ['/health', '/health/live', '/health/ready?x'])
		t.is(refusalOf({url, headers: {host: '10.1.2.3'}}), null);
	t.is(refusalOf({url: '/healthy', headers: {host: '10.1.2.3'}}), 'HOST_NOT_ALLOWED');
});

const ownPages: Record<string, string>[] = [
	{},
	{origin: 'http://localhost:3001'},
	{origin: 'http://localhost:3001', 'sec-fetch-site': 'same-origin'},
	{origin: 'https://workspaces.example.com', 'sec-fetch-site': 'cross-site'},
	{origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site'},
	{'sec-fetch-site': 'none'},
];
const foreignPages: Record<string, string>[] = [
	{origin: 'http://evil.example'},
	{origin: 'null'},
	{origin: 'http://localhost:4000'},
	{origin: 'http://localhost'},
	{origin: 'https://app.example.com.evil.example'},
	{origin: 'http://localhost:3001.evil.example'},
	{'sec-fetch-site': 'cross-site'},
	{'sec-fetch-site': 'same-site'},
	{'sec-fetch-site': 'Cross-Site'},
	{origin: 'http://localhost:3001', 'sec-fetch-site': 'cross-site'},
];
for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
	test(`${method} is for pages of its own`, t => {
		const from = (page: Record<string, string>) => refusalOf({method, headers: {host: 'localhost:3001', ...page}});
		for (const page of ownPages) t.is(from(page), null, JSON.stringify(page));
		for (const page of foreignPages) t.is(from(page), 'CROSS_SITE_REFUSED', JSON.stringify(page));
	});
}

test('reading changes nothing, and CORS keeps what is read from other pages', t => {
	for (const method of ['GET', 'HEAD', 'OPTIONS'])
		for (const page of foreignPages) t.is(refusalOf({method, headers: {host: 'localhost:3001', ...page}}), null);
});

test('with signing in on, only what carries a cookie is asked for its host', t => {
	t.is(refusalOf({headers: {host: 'evil.example', authorization: 'Bearer x'}}, true), null);
	t.is(refusalOf({headers: {host: 'evil.example', cookie: 'wsm_session=x'}}, true), 'HOST_NOT_ALLOWED');
	t.is(refusalOf({headers: {host: 'workspaces.example.com', cookie: 'wsm_session=x'}}, true), null);
});

test('no route of a server is an exception, whatever its method', async t => {
	const {url} = await serve(t);
	const ask = (method: string, path: string, headers: Record<string, string>): Promise<number> =>
		new Promise((resolve, reject) => {
			const sent = request(`${url}${path.replaceAll(/\{\w+\}/g, '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e')}`, {
				method,
				headers,
			});
			sent.once('response', answer => resolve(answer.resume().statusCode!)).once('error', reject);
			sent.end();
		});
	for (const {method, path} of everyRoute) {
		const isProbe = path.startsWith('/health');
		t.is((await ask(method, path, {host: 'rebind.evil.example'})) === 421, !isProbe, `${method} ${path}`);
		const isChange = method !== 'GET';
		const pages: Record<string, string>[] = [{origin: 'http://evil.example'}, {'sec-fetch-site': 'same-site'}];
		for (const page of pages)
			t.is((await ask(method, path, page)) === 403, isChange, `${method} ${path} ${JSON.stringify(page)}`);
	}
});
