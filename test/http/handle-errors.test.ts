import test from 'ava';
import {AppError} from '../../src/errors.ts';
import {authorize} from '../../src/http/authorize.ts';
import {createApiRouter} from '../../src/http/router.ts';
import {problemOf, serve} from '../helpers/serve.ts';

const failing = (error: unknown) => {
	const router = createApiRouter();
	router.get('/things', authorize('workspace.list'), ctx => {
		ctx.set('ETag', '"1"');
		throw error;
	});
	router.post('/things', authorize('workspace.list'), ctx => {
		ctx.body = {};
	});
	return router;
};

test('an error is a problem document in the language of the reader', async t => {
	const {fetch} = await serve(t, {routers: [failing(new AppError('WORKSPACE_NAME_TAKEN', {name: 'payments'}))]});
	const response = await fetch('/api/v1/things?secret=1', {
		headers: {'accept-language': 'zh-TW', 'x-request-id': 'abc-1'},
	});
	t.is(response.status, 409);
	t.is(response.headers.get('content-type'), 'application/problem+json');
	t.is(response.headers.get('content-language'), 'zh-TW');
	t.is(response.headers.get('etag'), null);
	t.deepEqual(await response.json(), {
		type: 'urn:workspace-manager:error:WORKSPACE_NAME_TAKEN',
		title: '名稱已被使用',
		status: 409,
		detail: '已經有名為「payments」的工作區。',
		instance: '/api/v1/things',
		code: 'WORKSPACE_NAME_TAKEN',
		params: {name: 'payments'},
		requestId: 'abc-1',
	});
});

test('what nobody meant to throw is logged with its stack and answered without a word of it', async t => {
	const {fetch, lines} = await serve(t, {routers: [failing(new Error('the password is hunter2'))]});
	const response = await fetch('/api/v1/things');
	const text = await response.text();
	t.is(response.status, 500);
	t.false(text.includes('hunter2'));
	t.false(text.includes('.ts'));
	const logged = lines.find(line => line['msg'] === 'request failed');
	t.true(JSON.stringify(logged).includes('handle-errors.test.ts'));
	t.is(logged!['requestId'], (JSON.parse(text) as {requestId: string}).requestId);
});

test('a database that is away is a 503 that says when to try again', async t => {
	for (const error of [
		Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {code: 'ECONNREFUSED'}),
		Object.assign(new Error('terminating connection'), {code: '57P01'}),
		new Error('Connection terminated unexpectedly'),
	]) {
		const {fetch} = await serve(t, {routers: [failing(error)]});
		const response = await fetch('/api/v1/things');
		t.is(response.status, 503);
		t.is(response.headers.get('retry-after'), '5');
		t.is((await problemOf(response)).code, 'DATABASE_UNAVAILABLE');
	}
});

test('a field without words gets those of its code', async t => {
	const error = new AppError(
		'WORKSPACE_NAME_TAKEN',
		{name: 'a'},
		{fields: [{path: 'name', code: 'WORKSPACE_NAME_TAKEN'}]},
	);
	const {fetch} = await serve(t, {routers: [failing(error)]});
	t.deepEqual((await problemOf(await fetch('/api/v1/things'))).errors, [
		{path: 'name', code: 'WORKSPACE_NAME_TAKEN', message: 'There is a workspace named "a".'},
	]);
});

test('an unknown address is 404, a known one with another method 405 with what it takes', async t => {
	const {fetch} = await serve(t, {routers: [failing(new Error('x'))]});
	const unknown = await fetch('/api/v1/nothing');
	t.is(unknown.status, 404);
	t.is((await problemOf(unknown)).code, 'ROUTE_NOT_FOUND');

	const wrong = await fetch('/api/v1/things', {method: 'DELETE'});
	t.is(wrong.status, 405);
	t.is(wrong.headers.get('allow'), 'HEAD, GET, POST, OPTIONS');
	t.is((await problemOf(wrong)).code, 'METHOD_NOT_ALLOWED');

	const options = await fetch('/api/v1/things', {method: 'OPTIONS'});
	t.is(options.status, 204);
	t.is(options.headers.get('allow'), 'HEAD, GET, POST, OPTIONS');
});

test('without a valid sign-in, what is not public is 401 and says how', async t => {
	const {fetch} = await serve(t, {enableAuth: true, routers: [failing(new Error('x'))]});
	const response = await fetch('/api/v1/things');
	t.is(response.status, 401);
	t.is(response.headers.get('www-authenticate'), 'Bearer');
	t.is((await fetch('/health')).status, 200);
	t.is((await fetch('/metrics')).status, 401);
});
