import {randomBytes} from 'node:crypto';
import test from 'ava';
import {localAdministrator} from '../../src/access/actor.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation({env: {SECRET_KEY: randomBytes(32).toString('base64')}});
});
test.after.always(async () => product?.close());

const createWorkspace = async (name: string): Promise<string> => (await product.post('/workspaces', {name})).body.id;
const put = (scope: string, name: string, value: unknown, headers?: Record<string, string>) =>
	product.send('PUT', `${scope}/secrets/${name}`, {value}, headers);
const namesOf = async (scope: string): Promise<string[]> =>
	(await product.get(`${scope}/secrets`)).body.items.map((item: {name: string}) => item.name);
const resolve = async (workspaceId: string, ...names: string[]) =>
	Object.fromEntries(await product.services.secrets.resolve({workspaceId, userId: localAdministrator.id}, names));
const rows = (query: string, params: unknown[] = []) =>
	product.services.orm.em.fork().execute<Record<string, unknown>[]>(query, params as never[]);

test('a secret is stored, listed without its value, replaced, used and forgotten', async t => {
	const id = await createWorkspace('round-trip');
	const scope = `/workspaces/${id}`;
	const before = Date.now();
	const first = await put(scope, 'API_KEY', 'first ✓');
	t.is(first.status, 201);
	t.is(first.body, '');
	t.is(first.headers.get('etag'), '"1"');
	t.deepEqual(await resolve(id, 'API_KEY', 'OTHER'), {API_KEY: 'first ✓'});

	const second = await put(scope, 'API_KEY', 'second');
	t.is(second.status, 204);
	t.is(second.headers.get('etag'), '"2"');
	t.deepEqual(await resolve(id, 'API_KEY'), {API_KEY: 'second'});
	await put(scope, 'ANOTHER', 'x');
	const {body} = await product.get(`${scope}/secrets`);
	t.deepEqual(Object.keys(body.items[1]), ['name', 'revision', 'updatedAt', 'updatedBy']);
	t.like(body.items, [{name: 'ANOTHER'}, {name: 'API_KEY', revision: 2, updatedBy: localAdministrator.id}]);
	t.true(Date.parse(body.items[1].updatedAt) >= before);

	t.is((await product.send('DELETE', `${scope}/secrets/API_KEY`)).status, 204);
	t.deepEqual(await namesOf(scope), ['ANOTHER']);
	t.deepEqual(await resolve(id, 'API_KEY'), {});
	const again = await product.send('DELETE', `${scope}/secrets/API_KEY`);
	t.is(again.status, 404);
	t.is(again.body.code, 'SECRET_NOT_FOUND');
});

test("a person's own secrets serve in every workspace; a workspace's own comes first", async t => {
	const [one, two] = [await createWorkspace('mine-one'), await createWorkspace('mine-two')];
	t.is((await put('/users/me', 'MINE', 'of the person')).status, 201);
	t.is((await put(`/workspaces/${one}`, 'MINE', 'of the workspace')).status, 201);
	t.deepEqual(await resolve(one, 'MINE'), {MINE: 'of the workspace'});
	t.deepEqual(await resolve(two, 'MINE'), {MINE: 'of the person'});
	t.true((await namesOf('/users/me')).includes('MINE'));
	t.deepEqual(await namesOf(`/workspaces/${two}`), []);
	t.is((await product.send('DELETE', '/users/me/secrets/MINE')).status, 204);
	t.is((await product.send('DELETE', '/users/me/secrets/MINE')).body.code, 'SECRET_NOT_FOUND');
	t.deepEqual(await resolve(one, 'MINE'), {MINE: 'of the workspace'});
});

test('a change can be made only to the revision that was meant', async t => {
	const scope = `/workspaces/${await createWorkspace('revised')}`;
	t.is((await put(scope, 'KEY', 'a', {'if-match': '"1"'})).body.code, 'REVISION_CONFLICT');
	await put(scope, 'KEY', 'a');
	t.is((await put(scope, 'KEY', 'b', {'if-match': '"1"'})).status, 204);
	t.is((await put(scope, 'KEY', 'c', {'if-match': '"1"'})).status, 412);
	const remove = (tag: string) => product.send('DELETE', `${scope}/secrets/KEY`, undefined, {'if-match': tag});
	t.is((await remove('"1"')).status, 412);
	t.is((await remove('"2"')).status, 204);
});

test('names and values have limits, and a refusal says which', async t => {
	const scope = `/workspaces/${await createWorkspace('limits')}`;
	for (const name of ['lower', '1ST', '_X', 'A-B', 'A'.repeat(65), 'A%00B', 'A%0AB']) {
		const refused = await put(scope, name, 'x');
		t.is(refused.status, 422, name);
		t.is(refused.body.errors[0].path, 'name');
	}
	t.is((await put(scope, 'A'.repeat(64), 'x')).status, 201);
	for (const [value, code] of [
		['', 'TOO_SHORT'],
		['x'.repeat(32_769), 'TOO_MANY_BYTES'],
		['é'.repeat(16_385), 'TOO_MANY_BYTES'],
		['a\0b', 'INVALID_CHARACTERS'],
		[null, 'INVALID_TYPE'],
		[7, 'INVALID_TYPE'],
		[undefined, 'REQUIRED'],
	] as const) {
		const refused = await put(scope, 'VALUE', value);
		t.is(refused.status, 422);
		t.like(refused.body.errors, [{path: 'value', code}]);
	}
	const largest = 'é'.repeat(16_384);
	t.is((await put(scope, 'VALUE', largest)).status, 201);
	t.deepEqual(await resolve(scope.split('/')[2]!, 'VALUE'), {VALUE: largest});
});

test('of sixty secrets at once fifty are stored, and each of those can be replaced', async t => {
	const scope = `/workspaces/${await createWorkspace('many')}`;
	const names = Array.from({length: 60}, (_, index) => `KEY_${index}`);
	const answers = await Promise.all(names.map(name => put(scope, name, 'x')));
	t.is(answers.filter(({status}) => status === 201).length, 50);
	const refused = answers.filter(({status}) => status === 409);
	t.is(refused.length, 10);
	for (const {body} of refused) {
		t.like(body, {code: 'SECRET_LIMIT_REACHED', params: {limit: 50}, errors: [{path: 'name'}]});
	}
	const stored = await namesOf(scope);
	t.is(stored.length, 50);
	t.is((await put(scope, stored[0]!, 'y')).status, 204);
	await product.send('DELETE', `${scope}/secrets/${stored[0]}`);
	t.is((await put(scope, 'ONE_MORE', 'x')).status, 201);
});

test('of twenty equal writes at once one is the first, also where none was before', async t => {
	for (const scope of ['/users/me', `/workspaces/${await createWorkspace('equal')}`]) {
		const answers = await Promise.all(Array.from({length: 20}, (_, index) => put(scope, 'RACED', `v${index}`)));
		t.is(answers.filter(({status}) => status === 201).length, 1);
		t.is(answers.filter(({status}) => status === 204).length, 19);
		t.is((await namesOf(scope)).filter(name => name === 'RACED').length, 1);
	}
});

test('with its workspace a secret goes, and none is taken while it is being deleted', async t => {
	const {id} = await product.create({name: 'doomed'});
	await put(`/workspaces/${id}`, 'KEY', 'x');
	t.is((await rows('select 1 from secret where workspace_id = ?', [id])).length, 1);
	const {body} = await product.send('DELETE', `/workspaces/${id}`);
	const late = await put(`/workspaces/${id}`, 'LATE', 'x');
	t.true(['WORKSPACE_DELETING', 'WORKSPACE_NOT_FOUND'].includes(late.body.code));
	t.is((await product.ended(body.operationId)).status, 'succeeded');
	t.deepEqual(await rows('select 1 from secret where workspace_id = ?', [id]), []);
	t.is((await product.get(`/workspaces/${id}/secrets`)).body.code, 'WORKSPACE_NOT_FOUND');
	t.is((await put(`/workspaces/${id}`, 'KEY', 'x')).body.code, 'WORKSPACE_NOT_FOUND');
	t.deepEqual(await resolve(id, 'KEY'), {});
});

test('the database itself refuses a secret of nobody, or of two', async t => {
	const id = await createWorkspace('owned');
	await put(`/workspaces/${id}`, 'OWNED', 'x');
	const change = (set: string) => rows(`update secret set ${set} where workspace_id = ?`, [id]);
	await t.throwsAsync(change('workspace_id = null'), {message: /secret_scope_check/});
	await t.throwsAsync(change(`user_id = '${localAdministrator.id}'`), {message: /secret_scope_check/});
});
