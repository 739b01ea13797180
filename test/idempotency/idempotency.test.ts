import test from 'ava';
import type {Answer, TestClient} from '../helpers/client.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
let other: TestClient;
test.before(async () => {
	product = await startFakeInstallation();
	other = await product.anotherApi();
});
test.after.always(async () => product?.close());

const withKey = (key: string) => ({'idempotency-key': key});
const total = async (search: string): Promise<number> =>
	(await product.get(`/workspaces?search=${search}`)).body.pagination.total;

test('a request that is sent again takes effect once, and is answered the same, also by another process', async t => {
	const body = {name: 'once', description: 'the same'};
	const first = await product.post('/workspaces', body, withKey('create-once'));
	t.is(first.status, 201);
	t.is(first.headers.get('idempotency-replayed'), null);
	await product.ended(first.body.operation.id);
	for (const client of [product, other]) {
		const again = await client.post('/workspaces', body, withKey('create-once'));
		t.is(again.status, 201);
		t.is(again.headers.get('idempotency-replayed'), 'true');
		for (const name of ['location', 'etag', 'content-type', 'content-language']) {
			t.is(again.headers.get(name), first.headers.get(name), name);
		}
		t.deepEqual(again.body, first.body);
	}
	t.is(await total('once'), 1);
});

test('a command that is sent again is not given again, whatever happened since', async t => {
	const {id} = await product.create({name: 'commanded'});
	const stop = await product.post(`/workspaces/${id}/stop`, undefined, withKey('stop-it'));
	await product.ended(stop.body.operationId);
	await product.command(id, 'start');
	const again = await product.post(`/workspaces/${id}/stop`, undefined, withKey('stop-it'));
	t.is(again.status, 202);
	t.deepEqual(again.body, stop.body);
	t.is((await product.workspace(id)).desired, 'running');
	t.is((await product.get(`/workspaces/${id}/operations`)).body.pagination.total, 3);
});

test('a key is for one request: another body, or another address, is refused', async t => {
	const {id} = await product.create({name: 'reused'});
	await product.post(`/workspaces/${id}/restart`, undefined, withKey('reused'));
	for (const refused of [
		await product.post('/workspaces', {name: 'other'}, withKey('reused')),
		await product.post(`/workspaces/${id}/restart`, {}, withKey('reused')),
		await product.post(`/workspaces/${id}/stop`, undefined, withKey('reused')),
	]) {
		t.is(refused.status, 422);
		t.is(refused.body.code, 'IDEMPOTENCY_KEY_REUSED');
	}
	t.is(await total('other'), 0);
});

test('of a hundred equal requests at once, to two processes, one takes effect, and nobody is told otherwise', async t => {
	const send = (client: TestClient) => client.post('/workspaces', {name: 'raced'}, withKey('raced'));
	const answers = await Promise.all(Array.from({length: 100}, (_, index) => send(index % 2 === 0 ? product : other)));
	const made = answers.filter(({status}) => status === 201);
	const busy = answers.filter(({status}) => status === 409);
	t.is(made.length + busy.length, 100);
	t.true(made.length > 0);
	t.is(new Set(made.map(({body}) => body.id)).size, 1);
	t.is(made.filter(({headers}) => headers.get('idempotency-replayed') === null).length, 1);
	for (const {body, headers} of busy) {
		t.is(body.code, 'IDEMPOTENCY_IN_PROGRESS');
		t.is(headers.get('retry-after'), '1');
	}
	t.is(await total('raced'), 1);
	t.is((await send(other)).headers.get('idempotency-replayed'), 'true');
});

test('a request that was refused may be tried again with its key', async t => {
	const {id} = await product.create({name: 'in-the-way'});
	const refused = await product.post('/workspaces', {name: 'in-the-way'}, withKey('again'));
	t.is(refused.body.code, 'WORKSPACE_NAME_TAKEN');
	await product.ended((await product.send('DELETE', `/workspaces/${id}`)).body.operationId);
	const made = await product.post('/workspaces', {name: 'in-the-way'}, withKey('again'));
	t.is(made.status, 201);
	t.is(made.headers.get('idempotency-replayed'), null);
});

test('what was accepted with a key is carried out like anything else', async t => {
	const {body} = await product.post('/workspaces', {name: 'carried-out'}, withKey('carried-out'));
	t.is((await product.ended(body.operation.id)).status, 'succeeded');
});

test('a key that is none is refused, with the name of the header', async t => {
	for (const key of ['x'.repeat(256), 'two words']) {
		const refused = await product.post('/workspaces', {name: 'no-key'}, withKey(key));
		t.is(refused.status, 422);
		t.is(refused.body.code, 'IDEMPOTENCY_KEY_INVALID');
		t.is(refused.body.errors[0].path, 'Idempotency-Key');
	}
	t.is(await total('no-key'), 0);
});

test('what cannot be promised is not promised', async t => {
	const {id} = await product.create({name: 'exec'});
	const refused = await product.post(`/workspaces/${id}/exec`, {command: ['true']}, withKey('exec'));
	t.is(refused.status, 422);
	t.is(refused.body.code, 'IDEMPOTENCY_NOT_SUPPORTED');
});

test('after a day a key is forgotten', async t => {
	const send = (): Promise<Answer> => product.post('/workspaces', {name: 'of-yesterday'}, withKey('of-yesterday'));
	t.is((await send()).status, 201);
	const em = product.services.orm.em.fork();
	await em.execute(`update idempotency_key set created_at = now() - interval '25 hours' where key = 'of-yesterday'`);
	t.is((await send()).body.code, 'WORKSPACE_NAME_TAKEN');
	await product.services.idempotency.removeExpired();
	t.deepEqual(await em.execute(`select 1 from idempotency_key where key = 'of-yesterday'`), []);
});
