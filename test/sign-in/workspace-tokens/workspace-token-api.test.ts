import {randomBytes} from 'node:crypto';
import test from 'ava';
import type {Operation} from '../../../src/access/permissions.ts';
import {createWorkspaceTokenSigner} from '../../../src/sign-in/workspace-tokens/workspace-token.ts';
import {User} from '../../../src/users/user.entity.ts';
import {createClient, type TestClient} from '../../helpers/client.ts';
import {startFakeInstallation} from '../../helpers/fake-installation.ts';
import {type Person, peopleOf} from '../../helpers/people.ts';

const secretKey = randomBytes(32).toString('base64');
let product: Awaited<ReturnType<typeof startFakeInstallation>>;
let people: ReturnType<typeof peopleOf>;
test.before(async () => {
	product = await startFakeInstallation({env: {SECRET_KEY: secretKey}});
	people = peopleOf(product);
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

let count = 0;
const workspaceOf = async (person: Person): Promise<string> => (await person.create({name: `w-${++count}`})).id;

const ask = (person: TestClient, id: string, operations: string[], expiresInMinutes = 60) =>
	person.post(`/workspaces/${id}/tokens`, {operations, expiresInMinutes});
const using = ({url}: TestClient, token: string): TestClient => createClient(url, {authorization: `Bearer ${token}`});
const programIn = async (person: TestClient, id: string, operations: string[] = ['workspace.read']) => {
	const {status, body} = await ask(person, id, operations);
	if (status !== 201) throw new Error(JSON.stringify(body));
	return {...using(person, body.token), token: body.token as string};
};
const dead = {status: 401, body: {code: 'TOKEN_INVALID'}};

test('a program in a workspace may what it was granted there, and nothing else', async t => {
	const person = await people.person();
	const [id, other] = [await workspaceOf(person), await workspaceOf(person)];
	const answer = await ask(person, id, ['workspace.read', 'workspace.keepalive', 'job.list', 'workspace.read']);
	t.is(answer.status, 201);
	t.is(answer.headers.get('cache-control'), 'no-store');
	t.deepEqual(answer.body.operations, ['workspace.read', 'workspace.keepalive', 'job.list']);
	t.true(Math.abs(new Date(answer.body.expiresAt).getTime() - Date.now() - 3_600_000) < 10_000);

	const program = using(person, answer.body.token);
	t.deepEqual((await program.get(`/workspaces/${id}`)).body.allowedOperations, [
		'workspace.read',
		'workspace.keepalive',
	]);
	t.is((await program.post(`/workspaces/${id}/keepalive`, {minutes: 1})).status, 200);
	t.is((await program.get('/automation/jobs')).body.pagination.total, 0);
	t.like(await program.post(`/workspaces/${id}/stop`), {
		status: 403,
		body: {code: 'PERMISSION_DENIED', params: {operation: 'workspace.stop'}},
	});
	for (const path of ['/workspaces', '/users/me/tokens', '/users/me/secrets', '/images'])
		t.is((await program.get(path)).status, 403, path);
	t.is((await program.get(`/workspaces/${other}`)).status, 404);
	t.is((await program.post(`/workspaces/${other}/keepalive`, {minutes: 1})).status, 404);
});

test('lists show a program what belongs to its workspace alone', async t => {
	const person = await people.person();
	const [id, other] = [await workspaceOf(person), await workspaceOf(person)];
	const job = {kind: 'command', command: ['true'], trigger: {kind: 'manual'}};
	for (const workspaceId of [id, other])
		t.is((await person.post('/automation/jobs', {...job, workspaceId, name: `of-${workspaceId}`})).status, 201);
	t.is((await person.get('/automation/jobs')).body.pagination.total, 2);
	const program = await programIn(person, id, ['job.list']);
	t.deepEqual(
		(await program.get('/automation/jobs')).body.items.map(({name}: {name: string}) => name),
		[`of-${id}`],
	);
});

test('a token grants no more than its maker may', async t => {
	const [owner, editor, viewer] = [await people.person(), await people.person(), await people.person()];
	const id = await workspaceOf(owner);
	await people.give(id, editor, 'editor');
	await people.give(id, viewer, 'viewer');
	t.like(await ask(editor, id, ['workspace.read', 'workspace.delete']), {
		status: 403,
		body: {code: 'PERMISSION_DENIED', params: {operation: 'workspace.delete'}},
	});
	t.like(await ask(viewer, id, ['workspace.read']), {
		status: 403,
		body: {code: 'PERMISSION_DENIED', params: {operation: 'workspace.tokens.create'}},
	});
	t.is((await ask(await people.person(), id, ['workspace.read'])).status, 404);
	t.is((await ask(editor, id, ['workspace.exec'])).status, 201);
});

for (const [what, input, path, code] of [
	['what is about no workspace', {operations: ['workspace.create']}, 'operations[0]', 'INVALID_VALUE'],
	['tokens of the person', {operations: ['token.create']}, 'operations[0]', 'INVALID_VALUE'],
	['groups', {operations: ['workspace.*']}, 'operations[0]', 'INVALID_VALUE'],
	['nothing', {operations: []}, 'operations', 'TOO_FEW'],
	['more than a day', {expiresInMinutes: 1441}, 'expiresInMinutes', 'TOO_BIG'],
	['no time', {expiresInMinutes: 0}, 'expiresInMinutes', 'TOO_SMALL'],
] as const) {
	test(`a token for ${what} is not made`, async t => {
		const person = await people.person();
		const id = await workspaceOf(person);
		const refused = await person.post(`/workspaces/${id}/tokens`, {
			operations: ['workspace.read'],
			expiresInMinutes: 5,
			...input,
		});
		t.like(refused, {status: 422, body: {errors: [{path, code}]}});
	});
}

test('a program may what its person may: less role, less; none, nothing; disabled, nothing', async t => {
	const [owner, member] = [await people.person(), await people.person()];
	const id = await workspaceOf(owner);
	await people.give(id, member, 'editor');
	const program = await programIn(member, id, ['workspace.read', 'workspace.keepalive']);
	t.is((await program.post(`/workspaces/${id}/keepalive`, {minutes: 1})).status, 200);
	await people.give(id, member, 'viewer');
	t.is((await program.post(`/workspaces/${id}/keepalive`, {minutes: 1})).status, 403);
	t.is((await program.get(`/workspaces/${id}`)).status, 200);
	await people.give(id, member, null);
	t.is((await program.get(`/workspaces/${id}`)).status, 404);
	await people.give(id, member, 'editor');
	await product.services.orm.em.fork().nativeUpdate(User, {id: member.actor.id}, {disabledAt: new Date()});
	t.like(await program.get(`/workspaces/${id}`), {status: 403, body: {code: 'USER_DISABLED'}});
});

for (const commands of [['stop'], ['stop', 'start'], ['restart'], ['rebuild']]) {
	test(`a token ends with ${commands.join(' and ')}, for good`, async t => {
		const person = await people.person();
		const id = await workspaceOf(person);
		const program = await programIn(person, id);
		t.is((await program.get(`/workspaces/${id}`)).status, 200);
		for (const command of commands) {
			t.is((await person.post(`/workspaces/${id}/${command}`)).status, 202);
			t.like(await program.get(`/workspaces/${id}`), dead, `${command} is accepted`);
			const [{id: operation}] = (await person.get(`/workspaces/${id}/operations`)).body.items;
			t.is((await person.ended(operation)).status, 'succeeded');
			t.like(await program.get(`/workspaces/${id}`), dead, `${command} is done`);
		}
		if (commands.at(-1) === 'stop')
			t.like(await ask(person, id, ['workspace.read']), {status: 409, body: {code: 'WORKSPACE_NOT_RUNNING'}});
		else t.is((await (await programIn(person, id)).get(`/workspaces/${id}`)).status, 200);
	});
}

test('a token ends when the deletion of its workspace is accepted', async t => {
	const person = await people.person();
	const id = await workspaceOf(person);
	const program = await programIn(person, id);
	const {body} = await person.send('DELETE', `/workspaces/${id}`);
	t.like(await program.get(`/workspaces/${id}`), dead);
	await person.ended(body.operationId);
	t.like(await program.get(`/workspaces/${id}`), dead);
	t.is((await ask(person, id, ['workspace.read'])).status, 404);
});

test('to run the set-up again, or to change settings, ends no token', async t => {
	const person = await people.person();
	const {id} = await person.create({name: 'set-up', setupScript: 'true'});
	const program = await programIn(person, id);
	await person.command(id, 'bootstrap');
	await person.send('PATCH', `/workspaces/${id}`, {description: 'changed'});
	t.is((await program.get(`/workspaces/${id}`)).status, 200);
});

test('a token ends in time', async t => {
	const person = await people.person();
	const id = await workspaceOf(person);
	const {token} = await programIn(person, id);
	const signer = createWorkspaceTokenSigner(secretKey);
	const old = signer.sign({...signer.open(token)!, expiresAt: Date.now() - 1});
	t.like(await using(person, old).get(`/workspaces/${id}`), {status: 401, body: {code: 'TOKEN_EXPIRED'}});
	const forged = createWorkspaceTokenSigner('k'.repeat(32)).sign(signer.open(token)!);
	t.like(await using(person, forged).get(`/workspaces/${id}`), dead);
});

test('a program makes tokens for no more than itself, and for no longer', async t => {
	const person = await people.person();
	const [id, other] = [await workspaceOf(person), await workspaceOf(person)];
	const maker = await programIn(person, id, ['workspace.tokens.create', 'workspace.read']);
	t.is((await ask(maker, id, ['workspace.read'], 30)).status, 201);
	t.like(await ask(maker, id, ['workspace.read'], 61), {status: 403, body: {code: 'TOKEN_EXCEEDS_CREDENTIAL'}});
	t.like(await ask(maker, id, ['workspace.exec'], 30), {status: 403, body: {code: 'PERMISSION_DENIED'}});
	t.is((await ask(maker, other, ['workspace.read'], 30)).status, 404);
});

test('what was made with a personal access token is revoked with it', async t => {
	const person = await people.person();
	const id = await workspaceOf(person);
	const expiresAt = new Date(Date.now() + 7_200_000).toISOString();
	const made = await person.post('/users/me/tokens', {name: 'x', scopes: ['workspace.*'], expiresAt});
	const maker = using(person, made.body.token);
	const program = await programIn(maker, id, ['workspace.read', 'workspace.tokens.create']);
	const next = await programIn(
		{...program, post: async (path, body) => program.post(path, {...(body as object), expiresInMinutes: 5})},
		id,
	);
	for (const each of [program, next]) t.is((await each.get(`/workspaces/${id}`)).status, 200);
	t.is((await person.send('DELETE', `/users/me/tokens/${made.body.id}`)).status, 204);
	for (const each of [program, next]) t.like(await each.get(`/workspaces/${id}`), dead);
});

test('operations of a token are those of its day: a name that is none any more allows nothing', async t => {
	const person = await people.person();
	const id = await workspaceOf(person);
	const signer = createWorkspaceTokenSigner(secretKey);
	const claims = signer.open((await programIn(person, id)).token)!;
	const token = signer.sign({...claims, operations: ['workspace.explode' as Operation]});
	t.is((await using(person, token).get(`/workspaces/${id}`)).status, 403);
});
