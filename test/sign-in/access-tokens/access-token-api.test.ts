import {randomUUID} from 'node:crypto';
import type {EntityManager} from '@mikro-orm/postgresql';
import test from 'ava';
import {localAdministrator} from '../../../src/access/actor.ts';
import {createAccessTokenService} from '../../../src/sign-in/access-tokens/access-token.service.ts';
import {makeAccessToken} from '../../../src/sign-in/access-tokens/access-token.ts';
import {PersonalAccessToken} from '../../../src/sign-in/access-tokens/personal-access-token.entity.ts';
import {User} from '../../../src/users/user.entity.ts';
import {createClient, type TestClient} from '../../helpers/client.ts';
import {type Installation, startInstallation} from '../../helpers/installation.ts';
import {type Person, peopleOf} from '../../helpers/people.ts';

let product: Installation;
let people: ReturnType<typeof peopleOf>;
test.before(async () => {
	product = await startInstallation({withoutWorkers: true});
	people = peopleOf(product);
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

const em = () => product.services.orm.em.fork();
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

/** A token of somebody, and a program that uses it. */
const tokenOf = async (
	maker: TestClient,
	input: {scopes?: string[]; expiresAt?: string} = {},
): Promise<TestClient & {id: string; token: string}> => {
	const {status, body} = await maker.post('/users/me/tokens', {
		name: 'program',
		scopes: ['*'],
		expiresAt: inMinutes(60),
		...input,
	});
	if (status !== 201) throw new Error(JSON.stringify(body));
	return {...using(maker, body.token), id: body.id, token: body.token};
};
const using = ({url}: TestClient, token: string): TestClient => createClient(url, {authorization: `Bearer ${token}`});
const listed = async (person: TestClient) => (await person.get('/users/me/tokens')).body.items;
const workspaceOf = async (person: Person): Promise<string> =>
	(await person.post('/workspaces', {name: 'mine'})).body.id;

test('a token is shown once, and only its hash is kept', async t => {
	const person = await people.person();
	const expiresAt = inMinutes(30);
	const made = await person.post('/users/me/tokens', {name: 'nightly', scopes: ['job.*', 'job.*'], expiresAt});
	t.is(made.status, 201);
	t.is(made.headers.get('cache-control'), 'no-store');
	const {token, ...shown} = made.body;
	t.regex(token, /^wsm_pat_/);
	t.like(shown, {name: 'nightly', scopes: ['job.*'], expiresAt, lastUsedAt: null});
	const [first] = await listed(person);
	t.deepEqual(first, shown);
	const rows = await em().execute<{row: string}[]>('select t::text as row from personal_access_token t');
	t.true(rows.length > 0);
	t.false(JSON.stringify(rows).includes(token.slice(8)));
});

test('a token acts for its owner, and for nobody else', async t => {
	const [person, other] = [await people.person(), await people.person()];
	const id = await workspaceOf(person);
	const program = await tokenOf(person);
	t.is((await program.get(`/workspaces/${id}`)).body.ownerId, person.actor.id);
	t.is((await (await tokenOf(other)).get(`/workspaces/${id}`)).status, 404);
	t.deepEqual(
		(await listed(other)).map(({name}: {name: string}) => name),
		['program', 'test'],
	);
});

test('scopes limit, and what the owner may decides', async t => {
	const [owner, viewer] = [await people.person(), await people.person()];
	const id = await workspaceOf(owner);
	await people.give(id, viewer, 'viewer');
	const reader = await tokenOf(owner, {scopes: ['workspace.read', 'workspace.list']});
	t.deepEqual((await reader.get(`/workspaces/${id}`)).body.allowedOperations, ['workspace.read']);
	t.like(await reader.post(`/workspaces/${id}/stop`), {
		status: 403,
		body: {code: 'PERMISSION_DENIED', params: {operation: 'workspace.stop'}},
	});
	t.is((await reader.get('/users/me/tokens')).status, 403);
	const everything = await tokenOf(viewer);
	t.is((await everything.get(`/workspaces/${id}`)).status, 200);
	t.is((await everything.post(`/workspaces/${id}/stop`)).status, 403);
	t.is((await everything.get('/admin/orphans')).status, 403);
});

test('a member who is removed is a stranger at the next request, with an old token as well', async t => {
	const [owner, member] = [await people.person(), await people.person()];
	const id = await workspaceOf(owner);
	await people.give(id, member, 'editor');
	const program = await tokenOf(member);
	t.is((await program.get(`/workspaces/${id}`)).status, 200);
	await people.give(id, member, 'viewer');
	t.is((await program.post(`/workspaces/${id}/stop`)).status, 403);
	await people.give(id, member, null);
	t.is((await program.get(`/workspaces/${id}`)).status, 404);
	t.is((await program.get('/workspaces')).body.pagination.total, 0);
});

test('a revoked token is good for nothing at once, nor is one that was made with it', async t => {
	const person = await people.person();
	const parent = await tokenOf(person);
	const child = await tokenOf(parent, {expiresAt: inMinutes(30)});
	const grandchild = await tokenOf(child, {scopes: ['workspace.list'], expiresAt: inMinutes(10)});
	const sibling = await tokenOf(person);
	for (const each of [parent, child, grandchild]) t.is((await each.get('/workspaces')).status, 200);
	t.is((await person.send('DELETE', `/users/me/tokens/${parent.id}`)).status, 204);
	for (const each of [parent, child, grandchild])
		t.like(await each.get('/workspaces'), {status: 401, body: {code: 'TOKEN_INVALID'}});
	t.is((await sibling.get('/workspaces')).status, 200);
	t.like(await person.send('DELETE', `/users/me/tokens/${parent.id}`), {status: 404, body: {code: 'TOKEN_NOT_FOUND'}});
});

test('only its owner can revoke a token', async t => {
	const [person, other] = [await people.person(), await people.person({platformRole: 'admin'})];
	const program = await tokenOf(person);
	for (const id of [program.id, randomUUID(), 'nonsense'])
		t.like(await other.send('DELETE', `/users/me/tokens/${id}`), {status: 404, body: {code: 'TOKEN_NOT_FOUND'}});
	t.is((await program.get('/workspaces')).status, 200);
});

test('an expired token says so', async t => {
	const person = await people.person();
	const program = await tokenOf(person);
	await em().nativeUpdate(PersonalAccessToken, {id: program.id}, {expiresAt: new Date(Date.now() - 1000)});
	const refused = await program.get('/workspaces', {'accept-language': 'zh-TW'});
	t.like(refused, {status: 401, body: {code: 'TOKEN_EXPIRED', title: '權杖已過期'}});
	t.is(refused.headers.get('www-authenticate'), 'Bearer error="invalid_token"');
});

test('a token of somebody who is disabled is refused at once, and good again with them', async t => {
	const person = await people.person();
	const program = await tokenOf(person);
	const set = (disabledAt: Date | null) => em().nativeUpdate(User, {id: person.actor.id}, {disabledAt});
	await set(new Date());
	t.like(await program.get('/workspaces'), {status: 403, body: {code: 'USER_DISABLED'}});
	await set(null);
	t.is((await program.get('/workspaces')).status, 200);
});

test('what is no token is refused, and one that was tampered with', async t => {
	const person = await people.person();
	const {token} = await tokenOf(person);
	const swapped = token.slice(0, 20) + token[21] + token[20] + token.slice(22);
	for (const wrong of [
		makeAccessToken(),
		token.slice(0, -1),
		`${token}x`,
		`${token} `.padEnd(60, 'x'),
		swapped === token ? 'wsm_pat_x' : swapped,
		'wsm_pat_',
		'wsm_pat_é',
		`wsm_pat_${"' or 1=1 --".padEnd(36, '0')}`,
	])
		t.like(await using(person, wrong).get('/workspaces'), {status: 401, body: {code: 'TOKEN_INVALID'}}, wrong);
	for (const authorization of [token, `Basic ${token}`, `Bearer${token}`, 'Bearer'])
		t.is((await createClient(person.url, {authorization}).get('/workspaces')).status, 401, authorization);
	t.is((await createClient(person.url, {authorization: `bearer ${token}`}).get('/workspaces')).status, 200);
});

test('a wrong checksum is refused without asking the database', async t => {
	const nobody = new Proxy({} as EntityManager, {
		get: () => {
			throw new Error('the database was asked');
		},
	});
	const {authenticate} = createAccessTokenService({em: nobody});
	const token = makeAccessToken();
	const mistyped = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
	await t.throwsAsync(authenticate(mistyped), {message: 'TOKEN_INVALID'});
	await t.throwsAsync(authenticate(token), {message: 'the database was asked'});
});

test('use is recorded once in a minute', async t => {
	const person = await people.person();
	const program = await tokenOf(person);
	const lastUse = async () => (await em().findOneOrFail(PersonalAccessToken, program.id)).lastUsedAt?.getTime() ?? null;
	t.is(await lastUse(), null);
	const before = Date.now();
	await Promise.all(Array.from({length: 20}, () => program.get('/workspaces')));
	const first = await lastUse();
	t.true(first !== null && Math.abs(first - before) < 10_000);
	await program.get('/workspaces');
	t.is(await lastUse(), first);
	await em().nativeUpdate(PersonalAccessToken, {id: program.id}, {lastUsedAt: new Date(Date.now() - 61_000)});
	await program.get('/workspaces');
	t.true((await lastUse())! >= before);
	const shown = (await listed(person)).find(({id}: {id: string}) => id === program.id);
	t.is(shown.lastUsedAt, new Date((await lastUse())!).toISOString());
});

test('a token makes none that is good for more than itself', async t => {
	const person = await people.person();
	const maker = await tokenOf(person, {scopes: ['token.*', 'workspace.read', 'job.*']});
	for (const scopes of [['*'], ['workspace.*'], ['workspace.read', 'workspace.start'], ['user.*']])
		t.like(await maker.post('/users/me/tokens', {name: 'x', scopes, expiresAt: inMinutes(1)}), {
			status: 403,
			body: {code: 'TOKEN_EXCEEDS_CREDENTIAL', errors: [{path: 'scopes'}]},
		});
	const child = await tokenOf(maker, {scopes: ['workspace.read', 'job.run'], expiresAt: inMinutes(1)});
	t.is((await child.get('/users/me/tokens')).status, 403);
	const withoutRight = await tokenOf(person, {scopes: ['workspace.*']});
	t.like(
		await withoutRight.post('/users/me/tokens', {name: 'x', scopes: ['workspace.read'], expiresAt: inMinutes(1)}),
		{
			status: 403,
			body: {code: 'PERMISSION_DENIED', params: {operation: 'token.create'}},
		},
	);
});

test('a token makes none that outlives it', async t => {
	const maker = await tokenOf(await people.person(), {expiresAt: inMinutes(10)});
	const late = await maker.post('/users/me/tokens', {name: 'x', scopes: ['job.run'], expiresAt: inMinutes(11)});
	t.like(late, {status: 403, body: {code: 'TOKEN_EXCEEDS_CREDENTIAL', errors: [{path: 'expiresAt'}]}});
	t.is((await listed(maker)).length, 2);
});

test('what is good in one workspace alone makes no token that is good in others', async t => {
	const person = await people.person();
	const workspaceId = await workspaceOf(person);
	const limited = await people.limited(person, {operations: ['token.create', 'workspace.read'], workspaceId});
	const refused = await limited.post('/users/me/tokens', {
		name: 'x',
		scopes: ['workspace.read'],
		expiresAt: inMinutes(1),
	});
	t.like(refused, {status: 403, body: {code: 'PERMISSION_DENIED', params: {operation: 'token.create'}}});
});

for (const [what, change, path, code] of [
	['without an end', {expiresAt: undefined}, 'expiresAt', 'REQUIRED'],
	['with an end in the past', {expiresAt: inMinutes(-1)}, 'expiresAt', 'NOT_IN_THE_FUTURE'],
	['for more than a year', {expiresAt: inMinutes(367 * 1440)}, 'expiresAt', 'TOO_FAR_AHEAD'],
	['that ends some day', {expiresAt: 'some day'}, 'expiresAt', 'INVALID_FORMAT'],
	['without a scope', {scopes: []}, 'scopes', 'TOO_FEW'],
	['for what nobody can grant', {scopes: ['public']}, 'scopes[0]', 'INVALID_VALUE'],
	['for what there is not', {scopes: ['workspace.read', 'workspace']}, 'scopes[1]', 'INVALID_VALUE'],
	['without a name', {name: ''}, 'name', 'TOO_SHORT'],
	['with a name of its own making', {token: 'wsm_pat_x'}, 'token', 'UNRECOGNIZED_KEY'],
] as const) {
	test(`a token ${what} is not made`, async t => {
		const person = await people.person();
		const input = {name: 'x', scopes: ['job.*'], expiresAt: inMinutes(5), ...change};
		const refused = await person.post('/users/me/tokens', input);
		t.like(refused, {status: 422, body: {code: 'VALIDATION_FAILED', errors: [{path, code}]}});
		t.is((await listed(person)).length, 1);
	});
}

test('a key for one effect is refused: the answer would be a token that is kept', async t => {
	const person = await people.person();
	const input = {name: 'x', scopes: ['job.*'], expiresAt: inMinutes(5)};
	const refused = await person.post('/users/me/tokens', input, {'idempotency-key': 'once'});
	t.like(refused, {status: 422, body: {code: 'IDEMPOTENCY_NOT_SUPPORTED'}});
	t.is((await listed(person)).length, 1);
});

test('fifty tokens are good at most, however many are asked for at once; what has expired makes room', async t => {
	const person = await people.person();
	const input = {name: 'x', scopes: ['job.*'], expiresAt: inMinutes(5)};
	const answers = await Promise.all(Array.from({length: 60}, () => person.post('/users/me/tokens', input)));
	t.is(answers.filter(({status}) => status === 201).length, 49);
	for (const {status, body} of answers)
		if (status !== 201) t.like(body, {code: 'TOKEN_LIMIT_REACHED', params: {limit: 50}});
	const [newest] = await listed(person);
	await em().nativeUpdate(PersonalAccessToken, {id: newest.id}, {expiresAt: new Date()});
	t.is((await person.post('/users/me/tokens', input)).status, 201);
	t.is((await person.post('/users/me/tokens', input)).status, 409);
	const left = await listed(person);
	t.is(left.length, 50);
	t.false(left.some(({id}: {id: string}) => id === newest.id));
});

test('a token is not revoked for another revision than its only one', async t => {
	const person = await people.person();
	const {id} = await tokenOf(person);
	const remove = (tag: string) => person.send('DELETE', `/users/me/tokens/${id}`, undefined, {'if-match': tag});
	t.is((await remove('"7"')).status, 412);
	t.is((await remove('*')).status, 204);
});

test('while signing in is off tokens can be made, and are not looked at', async t => {
	const made = await product.post('/users/me/tokens', {name: 'x', scopes: ['job.*'], expiresAt: inMinutes(5)});
	t.is(made.status, 201);
	const row = await em().findOneOrFail(PersonalAccessToken, made.body.id);
	t.is(row.user, localAdministrator.id);
	t.is((await using(product, 'wsm_pat_nonsense').get('/workspaces')).status, 200);
});
