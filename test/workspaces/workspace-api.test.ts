import test from 'ava';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let product: Installation;
test.before(async () => {
	product = await startInstallation({withoutWorkers: true});
});
test.after.always(() => product?.close());

test('a name may be taken once per owner, and comes back when the workspace is deleted', async t => {
	const first = await product.post('/workspaces', {name: 'taken'});
	t.is(first.status, 201);
	const second = await product.post('/workspaces', {name: 'taken'});
	t.is(second.status, 409);
	t.is(second.body.code, 'WORKSPACE_NAME_TAKEN');
	t.is(second.body.errors[0].path, 'name');
});

test('of a hundred equal creates at once one makes a workspace', async t => {
	const answers = await Promise.all(Array.from({length: 100}, () => product.post('/workspaces', {name: 'at-once'})));
	t.is(answers.filter(({status}) => status === 201).length, 1);
	t.is(answers.filter(({status}) => status === 409).length, 99);
});

test('of a hundred equal commands at once there is one operation', async t => {
	const {body} = await product.post('/workspaces', {name: 'commanded'});
	const answers = await Promise.all(Array.from({length: 100}, () => product.post(`/workspaces/${body.id}/stop`)));
	t.is(new Set(answers.map(answer => answer.body.operationId)).size, 1);
	t.true(answers.every(({status}) => status === 202));
	t.is((await product.get(`/workspaces/${body.id}/operations`)).body.pagination.total, 2);
});

test('a hundred different commands at once leave a serial history without a gap, and no server error', async t => {
	const {body} = await product.post('/workspaces', {name: 'confused'});
	const names = ['start', 'stop', 'restart', 'rebuild'];
	const answers = await Promise.all(
		Array.from({length: 100}, (_, index) => product.post(`/workspaces/${body.id}/${names[index % 4]}`)),
	);
	t.true(answers.every(({status}) => status < 500));
	const {items, pagination} = (await product.get(`/workspaces/${body.id}/operations?pageSize=100&sort=createdAt`)).body;
	t.deepEqual(
		items.map((operation: {number: number}) => operation.number),
		Array.from({length: pagination.total}, (_, index) => index + 1),
	);
});

test('delete wins over everything that waits, and nothing is accepted after it', async t => {
	const {body} = await product.post('/workspaces', {name: 'doomed'});
	const deletion = await product.send('DELETE', `/workspaces/${body.id}`);
	t.is(deletion.status, 202);
	const create = await product.operation(body.operation.id);
	t.is(create.status, 'superseded');
	t.is(create.supersededBy, deletion.body.operationId);
	for (const command of ['start', 'stop', 'restart', 'rebuild', 'bootstrap']) {
		const refused = await product.post(`/workspaces/${body.id}/${command}`);
		t.is(refused.status, 409);
		t.is(refused.body.code, 'WORKSPACE_DELETING');
	}
	t.is((await product.send('DELETE', `/workspaces/${body.id}`)).body.operationId, deletion.body.operationId);
	t.is((await product.send('PATCH', `/workspaces/${body.id}`, {description: 'x'})).body.code, 'WORKSPACE_DELETING');
	t.is((await product.workspace(body.id)).desired, 'deleted');
});

test('a change is made only to the revision that was meant', async t => {
	const {body, headers} = await product.post('/workspaces', {name: 'revised'});
	const path = `/workspaces/${body.id}`;
	const etag = headers.get('etag')!;
	const changed = await product.send('PATCH', path, {description: 'new'}, {'if-match': etag});
	t.is(changed.status, 200);
	t.is(changed.body.description, 'new');
	t.not(changed.headers.get('etag'), etag);
	const late = await product.send('PATCH', path, {description: 'late'}, {'if-match': etag});
	t.is(late.status, 412);
	t.is(late.body.code, 'REVISION_CONFLICT');
	t.is((await product.workspace(body.id)).description, 'new');
	// Its create waits for a worker, and what is under way is not covered by the revision.
	t.is((await product.get(path, {'if-none-match': changed.headers.get('etag')!})).status, 200);
});

test('absent leaves, null clears, and nothing at all is refused', async t => {
	const {body} = await product.post('/workspaces', {name: 'patched', autostopMinutes: 60, description: 'kept'});
	const cleared = await product.send('PATCH', `/workspaces/${body.id}`, {autostopMinutes: null});
	t.is(cleared.body.autostopMinutes, null);
	t.is(cleared.body.description, 'kept');
	t.is((await product.send('PATCH', `/workspaces/${body.id}`, {})).status, 422);
});

test('lists have pages, filters and an order', async t => {
	for (const name of ['list-c', 'list-a', 'list-b']) await product.post('/workspaces', {name});
	const page = (await product.get('/workspaces?search=list-&sort=name&pageSize=2')).body;
	t.deepEqual(
		page.items.map((item: {name: string}) => item.name),
		['list-a', 'list-b'],
	);
	t.deepEqual(page.pagination, {page: 1, pageSize: 2, total: 3});
	const second = (await product.get('/workspaces?search=list-&sort=name&pageSize=2&page=2')).body;
	t.deepEqual(
		second.items.map((item: {name: string}) => item.name),
		['list-c'],
	);
	t.is((await product.get('/workspaces?search=list-&status=running')).body.pagination.total, 0);
	t.is((await product.get('/workspaces?search=list-&status=creating&image=default')).body.pagination.total, 3);
});

test('what happened is told in the language of the reader', async t => {
	const {body} = await product.post('/workspaces', {name: 'told'});
	const english = (await product.get(`/workspaces/${body.id}/activity`)).body;
	t.deepEqual(
		english.items.map((item: {message: string}) => item.message),
		['The workspace is being created.', 'Accepted: create.'],
	);
	const chinese = (await product.get(`/workspaces/${body.id}/activity`, {'accept-language': 'zh-TW'})).body;
	t.is(chinese.items[1].message, '已接受：建立。');
	t.is((await product.operation(body.operation.id)).message, 'Waiting for its turn: create.');
});

test('the catalogue says what may be run', async t => {
	const {items} = (await product.get('/images')).body;
	t.true(items.some((image: {id: string; isDefault: boolean}) => image.id === 'default' && image.isDefault));
	t.is((await product.get('/images/default')).body.id, 'default');
	t.is((await product.get('/images/none')).body.code, 'CATALOGUE_IMAGE_NOT_FOUND');
});

test('live events begin where the reader left', async t => {
	const {body} = await product.post('/workspaces', {name: 'events'});
	const stop = new AbortController();
	const first = product.events(body.id, '0', stop.signal);
	const seen = [(await first.next()).value!, (await first.next()).value!];
	t.deepEqual(
		seen.map(event => event.code),
		['operationQueued', 'workspaceStatus'],
	);
	stop.abort();
	await product.send('PATCH', `/workspaces/${body.id}`, {description: 'meanwhile'});
	const again = new AbortController();
	const second = product.events(body.id, seen[1]!.id, again.signal);
	t.is((await second.next()).value!.code, 'workspaceUpdated');
	again.abort();
});

test('a workspace without a container has no output, as text and as events', async t => {
	const {id} = (await product.post('/workspaces', {name: 'no-container'})).body;
	t.like(await product.get(`/workspaces/${id}/logs`), {status: 200, body: ''});
	const events = await product.get(`/workspaces/${id}/logs?follow=true`, {accept: 'text/event-stream'});
	t.like(events, {status: 200, body: 'retry: 3000\n\n'});
});
