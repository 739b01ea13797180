import test from 'ava';
import {z} from 'zod';
import {accepted} from '../../src/http/accepted.ts';
import {authorize} from '../../src/http/authorize.ts';
import {listQuery, sortOrder, toPage, toWindow} from '../../src/http/page.ts';
import {parseQuery} from '../../src/http/parse.ts';
import {ifMatch, requireRevision, setRevision} from '../../src/http/revision.ts';
import {createApiRouter} from '../../src/http/router.ts';
import {problemOf, serve} from '../helpers/serve.ts';

const ListThings = listQuery({
	sort: ['-createdAt', 'name'],
	filters: {search: z.string().optional().meta({description: 'Part of the name.', example: 'a'})},
});

const things = () => {
	const router = createApiRouter();
	router.get('/things', authorize('workspace.list'), ctx => {
		const query = parseQuery(ctx, ListThings);
		ctx.body = {...toPage([toWindow(query), sortOrder(query.sort)], query, 7)};
	});
	router.get('/thing', authorize('workspace.list'), ctx => {
		setRevision(ctx, 7);
		ctx.body = {revision: 7};
	});
	router.patch('/thing', authorize('workspace.list'), ctx => {
		requireRevision(ifMatch(ctx), 7);
		ctx.body = {revision: 8};
	});
	router.post('/thing/start', authorize('workspace.list'), ctx => {
		accepted(ctx, {operationId: 'o1', workspaceId: 'w1', status: 'starting', message: 'Accepted.', nothingToDo: false});
	});
	router.post('/thing/stop', authorize('workspace.list'), ctx => {
		accepted(ctx, {
			operationId: null,
			workspaceId: 'w1',
			status: 'stopped',
			message: 'Nothing to do.',
			nothingToDo: true,
		});
	});
	return router;
};

test('a list has pages, an order and a total', async t => {
	const {fetch} = await serve(t, {routers: [things()]});
	t.deepEqual(await (await fetch('/api/v1/things?page=3&pageSize=5&sort=-name')).json(), {
		items: [
			{limit: 5, offset: 10},
			{field: 'name', direction: 'desc'},
		],
		pagination: {page: 3, pageSize: 5, total: 7},
	});
	t.deepEqual(await (await fetch('/api/v1/things/')).json(), {
		items: [
			{limit: 20, offset: 0},
			{field: 'createdAt', direction: 'desc'},
		],
		pagination: {page: 1, pageSize: 20, total: 7},
	});
});

for (const query of [
	'page=0',
	'page=-1',
	'page=1.5',
	'page=1e99',
	'pageSize=0',
	'pageSize=101',
	'page=',
	'sort=id',
	'sort=--name',
]) {
	test(`a list refuses ${query}`, async t => {
		const {fetch} = await serve(t, {routers: [things()]});
		t.is((await fetch(`/api/v1/things?${query}`)).status, 422);
	});
}

test('a resource that the reader already has is 304', async t => {
	const {fetch} = await serve(t, {routers: [things()]});
	const first = await fetch('/api/v1/thing');
	t.is(first.headers.get('etag'), '"7"');
	for (const tag of ['"7"', 'W/"7"', '"6", "7"', '*']) {
		const again = await fetch('/api/v1/thing', {headers: {'if-none-match': tag}});
		t.is(again.status, 304, tag);
		t.is(await again.text(), '');
	}
	t.is((await fetch('/api/v1/thing', {headers: {'if-none-match': '"8"'}})).status, 200);
});

test('a change for another revision is 412', async t => {
	const {send} = await serve(t, {routers: [things()]});
	const patch = (tag: string) => send('PATCH', '/api/v1/thing', {}, {'if-match': tag});
	for (const tag of ['"7"', 'W/"7"', '*']) t.is((await patch(tag)).status, 200, tag);
	for (const tag of ['"6"', 'nonsense', '"6", "8"', '""']) t.is((await patch(tag)).status, 412, tag);
	t.like(await problemOf(await patch('"6"')), {code: 'REVISION_CONFLICT', params: {current: 7}});
	t.is((await send('PATCH', '/api/v1/thing', {})).status, 200);
});

test('a command is 202 with where to follow it, or 200 when it needs no work', async t => {
	const {fetch} = await serve(t, {routers: [things()]});
	const started = await fetch('/api/v1/thing/start', {method: 'POST'});
	t.is(started.status, 202);
	t.is(started.headers.get('location'), '/api/v1/operations/o1');
	const stopped = await fetch('/api/v1/thing/stop', {method: 'POST'});
	t.is(stopped.status, 200);
	t.is(stopped.headers.get('location'), null);
});

test('only pages of the listed origins may call', async t => {
	const {fetch} = await serve(t, {routers: [things()], allowedOrigins: ['https://app.example.com']});
	const from = (origin: string) => fetch('/api/v1/thing', {headers: {origin}});
	t.is((await from('https://app.example.com')).headers.get('access-control-allow-origin'), 'https://app.example.com');
	t.is((await from('https://evil.example.com')).headers.get('access-control-allow-origin'), null);
	const preflight = await fetch('/api/v1/thing', {
		method: 'OPTIONS',
		headers: {origin: 'https://app.example.com', 'access-control-request-method': 'PATCH'},
	});
	t.is(preflight.status, 204);
	t.true(preflight.headers.get('access-control-allow-methods')!.includes('PATCH'));
});

test('answers carry headers that keep browsers from harm', async t => {
	const {fetch} = await serve(t);
	for (const path of ['/', '/nothing']) {
		const {headers} = await fetch(path);
		t.is(headers.get('x-content-type-options'), 'nosniff');
		t.true(headers.get('content-security-policy')!.includes("default-src 'none'"));
		t.is(headers.get('x-powered-by'), null);
	}
});
