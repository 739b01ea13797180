// Who sees which workspaces, and as what: one question to the database answers both.
import test from 'ava';
import type {TeamRole, WorkspaceRole} from '../../src/access/permissions.ts';
import {User} from '../../src/users/user.entity.ts';
import {Workspace} from '../../src/workspaces/workspace.entity.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {peopleOf} from '../helpers/people.ts';

let product: Installation;
let people: ReturnType<typeof peopleOf>;
let workspaceId: string;
test.before(async () => {
	product = await startInstallation({withoutWorkers: true});
	people = peopleOf(product);
	workspaceId = (await product.post('/workspaces', {name: 'shared'})).body.id;
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

const roleOf = async (
	who: {actor: Parameters<Installation['services']['roles']['inWorkspaces']>[0]},
	id = workspaceId,
) => (await product.services.roles.inWorkspaces(who.actor, [id])).get(id) ?? null;

test('a stranger sees nothing, and nothing of it', async t => {
	const stranger = await people.person();
	t.is(await roleOf(stranger), null);
	t.is((await stranger.get('/workspaces')).body.pagination.total, 0);
	for (const path of ['', '/status', '/explanation', '/operations', '/queue', '/secrets'])
		t.is((await stranger.get(`/workspaces/${workspaceId}${path}`)).status, 404, path);
});

for (const role of ['viewer', 'editor', 'manager'] satisfies WorkspaceRole[]) {
	test(`a workspace that is shared with somebody as ${role} is in their list, with what they may`, async t => {
		const person = await people.person();
		await people.give(workspaceId, person, role);
		t.is(await roleOf(person), role);
		const {items, pagination} = (await person.get('/workspaces')).body;
		t.is(pagination.total, 1);
		const shown = (await person.get(`/workspaces/${workspaceId}`)).body;
		t.deepEqual(items[0].allowedOperations, shown.allowedOperations);
		t.is(shown.allowedOperations.includes('workspace.start'), role !== 'viewer');
		t.is(shown.allowedOperations.includes('workspace.update'), role === 'manager');
		t.false(shown.allowedOperations.includes('workspace.delete'));
		const refused = await person.send('DELETE', `/workspaces/${workspaceId}`);
		t.like(refused, {status: 403, body: {code: 'PERMISSION_DENIED', params: {operation: 'workspace.delete'}}});
	});
}

for (const [teamRole, role] of [
	['viewer', 'viewer'],
	['member', 'editor'],
	['admin', 'manager'],
	['owner', 'manager'],
] satisfies [TeamRole, WorkspaceRole][]) {
	test(`a ${teamRole} of a team is ${role} of its workspaces`, async t => {
		const [creator, person] = [await people.person(), await people.person()];
		const teamId = await people.team([
			[creator, 'member'],
			[person, teamRole],
		]);
		const created = await creator.post('/workspaces', {name: `of-${teamRole}`, teamId});
		t.like(created, {status: 201, body: {teamId, ownerId: creator.actor.id}});
		t.is(await roleOf(creator, created.body.id), 'owner');
		t.is(await roleOf(person, created.body.id), role);
		t.is((await person.get(`/workspaces?teamId=${teamId}`)).body.pagination.total, 1);
	});
}

test('jobs, executions and operations say what may be done with each, alone and in lists', async t => {
	const [owner, editor, viewer] = [await people.person(), await people.person(), await people.person()];
	const made = (await owner.post('/workspaces', {name: 'with-a-job'})).body;
	await people.give(made.id, editor, 'editor');
	await people.give(made.id, viewer, 'viewer');
	const input = {workspaceId: made.id, name: 'look', kind: 'command', command: ['true'], trigger: {kind: 'manual'}};
	const job = (await owner.post('/automation/jobs', input)).body;
	const execution = (await owner.post(`/automation/jobs/${job.id}/run`)).body;
	const [jobs, executions] = ['/automation/jobs', '/automation/executions'];
	const may = {
		[`${jobs}/${job.id}`]: {viewer: ['job.read'], editor: job.allowedOperations},
		[`${executions}/${execution.id}`]: {
			viewer: ['execution.read', 'execution.output'],
			editor: ['execution.read', 'execution.output', 'execution.cancel', 'execution.retry'],
		},
		[`/operations/${made.operation.id}`]: {
			viewer: ['operation.read'],
			editor: ['operation.read', 'operation.cancel'],
		},
	};
	const lists = [
		jobs,
		executions,
		`${jobs}/${job.id}/executions`,
		`/workspaces/${made.id}/queue`,
		`/workspaces/${made.id}/operations`,
	];
	t.deepEqual(execution.allowedOperations, may[`${executions}/${execution.id}`]!.editor);
	for (const [role, person] of Object.entries({viewer, editor})) {
		for (const [path, allowed] of Object.entries(may)) {
			t.deepEqual((await person.get(path)).body.allowedOperations, allowed[role as 'viewer'], `${role} ${path}`);
		}
		for (const path of lists) {
			const [item] = (await person.get(path)).body.items;
			const alone = Object.keys(may).find(one => one.endsWith(item.id));
			t.deepEqual(item.allowedOperations, may[alone!]![role as 'viewer'], `${role} ${path}`);
		}
	}
});

test('the strongest of several roles counts', async t => {
	const person = await people.person();
	const teamId = await people.team([[person, 'admin']]);
	const {id} = (await person.post('/workspaces', {name: 'several', teamId})).body;
	await people.give(id, await people.person(), 'owner');
	await people.give(id, person, 'viewer');
	t.is(await roleOf(person, id), 'manager');
});

test('only who may do so makes workspaces in a team', async t => {
	const [viewer, stranger] = [await people.person(), await people.person()];
	const teamId = await people.team([[viewer, 'viewer']]);
	t.like(await viewer.post('/workspaces', {name: 'refused', teamId}), {status: 403});
	t.like(await stranger.post('/workspaces', {name: 'refused', teamId}), {status: 404, body: {code: 'TEAM_NOT_FOUND'}});
});

test('names are unique in a team, and among what is one’s own', async t => {
	const [one, two] = [await people.person(), await people.person()];
	const teamId = await people.team([
		[one, 'member'],
		[two, 'member'],
	]);
	t.is((await one.post('/workspaces', {name: 'same', teamId})).status, 201);
	t.is((await one.post('/workspaces', {name: 'same'})).status, 201);
	t.is((await two.post('/workspaces', {name: 'same'})).status, 201);
	t.like(await two.post('/workspaces', {name: 'same', teamId}), {status: 409, body: {code: 'WORKSPACE_NAME_TAKEN'}});
});

test('an administrator manages every workspace, and owns those whose owner is disabled', async t => {
	const [admin, owner] = [await people.person({platformRole: 'admin'}), await people.person()];
	const {id} = (await owner.post('/workspaces', {name: 'theirs'})).body;
	t.is(await roleOf(admin, id), 'manager');
	t.is((await admin.send('DELETE', `/workspaces/${id}`)).status, 403);
	await product.services.orm.em.fork().nativeUpdate(User, {id: owner.actor.id}, {disabledAt: new Date()});
	t.is(await roleOf(admin, id), 'owner');
});

test('a credential is good for its operations and its workspace alone', async t => {
	const person = await people.person();
	const [a, b] = [
		(await person.post('/workspaces', {name: 'a'})).body.id,
		(await person.post('/workspaces', {name: 'b'})).body.id,
	];
	const limited = await people.limited(person, {operations: ['workspace.read', 'workspace.list'], workspaceId: a});
	t.deepEqual((await limited.get(`/workspaces/${a}`)).body.allowedOperations, ['workspace.read']);
	t.is((await limited.get(`/workspaces/${b}`)).status, 404);
	t.like(await limited.post(`/workspaces/${a}/stop`), {status: 403});
	t.is((await limited.get('/workspaces')).body.pagination.total, 1);
	t.is((await limited.get('/automation/jobs')).status, 403);
});

test('what was deleted stays readable for whoever could see it', async t => {
	const owner = await people.person();
	const {id} = (await owner.post('/workspaces', {name: 'gone'})).body;
	const [operation] = (await owner.get(`/workspaces/${id}/operations`)).body.items;
	await product.services.orm.em.fork().nativeUpdate(Workspace, {id}, {deletedAt: new Date()});
	t.is((await owner.get(`/operations/${operation.id}`)).status, 200);
	t.is((await owner.get(`/workspaces/${id}`)).status, 404);
});
