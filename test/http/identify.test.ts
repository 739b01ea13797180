import test from 'ava';
import {authorize} from '../../src/http/authorize.ts';
import {chooseLanguage} from '../../src/http/identify.ts';
import {createApiRouter} from '../../src/http/router.ts';
import {serve} from '../helpers/serve.ts';

const things = () => {
	const router = createApiRouter();
	router.get('/things/:id', authorize('workspace.list'), ctx => {
		ctx.state.log.info(
			{password: 'hunter2', headers: {authorization: 'Bearer hunter2'}, input: {env: {A: 'hunter2'}}},
			'x',
		);
		ctx.body = ctx.state.language;
	});
	return router;
};

test('a request keeps its safe id, and gets one otherwise', async t => {
	const {fetch} = await serve(t);
	t.is((await fetch('/', {headers: {'x-request-id': 'ci-42.a:b'}})).headers.get('x-request-id'), 'ci-42.a:b');
	for (const unsafe of ['a b', '<script>', 'a'.repeat(200), '{"a":1}']) {
		const given = (await fetch('/', {headers: {'x-request-id': unsafe}})).headers.get('x-request-id')!;
		t.regex(given, /^[\da-f-]{36}$/);
	}
});

for (const [header, language] of [
	['', 'en'],
	['zh-TW', 'zh-TW'],
	['zh-Hant', 'zh-TW'],
	['zh-hant-HK', 'zh-TW'],
	['zh-HK', 'zh-TW'],
	['zh-CN', 'en'],
	['zh', 'en'],
	['fr, zh-TW;q=0.5', 'zh-TW'],
	['en;q=0.4, zh-TW;q=0.9', 'zh-TW'],
	['zh-TW;q=0.4, en-GB;q=0.9', 'en'],
	['zh-TW;q=0, en', 'en'],
	['*', 'en'],
	['not a language;;', 'en'],
] as const) {
	test(`"${header}" reads ${language}`, async t => {
		const {fetch} = await serve(t, {routers: [things()]});
		const response = await fetch('/api/v1/things/1', {headers: {'accept-language': header}});
		t.is(response.headers.get('content-language'), language);
		t.is(await response.text(), language);
	});
}

test('no header at all reads English', t => {
	t.is(chooseLanguage(['*']), 'en');
	t.is(chooseLanguage([]), 'en');
});

test('a request leaves one line, with its pattern and without its values', async t => {
	const {fetch, lines} = await serve(t, {routers: [things()]});
	const response = await fetch('/api/v1/things/hunter2?token=hunter2', {headers: {authorization: 'Bearer hunter2'}});
	await response.text();
	await until(() => lines.some(line => line['msg'] === 'request'));
	const requests = lines.filter(line => line['msg'] === 'request');
	t.is(requests.length, 1);
	t.like(requests[0], {
		method: 'GET',
		route: '/api/v1/things/:id',
		status: 200,
		service: 'workspace-manager',
		requestId: response.headers.get('x-request-id')!,
	});
	t.false(JSON.stringify(lines).includes('hunter2'));
});

const until = async (done: () => boolean) => {
	while (!done()) await new Promise(resolve => setTimeout(resolve, 5));
};
