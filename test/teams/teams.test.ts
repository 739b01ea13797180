import {randomUUID} from 'node:crypto';
import test from 'ava';
import {teamRoles} from '../../src/access/permissions.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {type Person, peopleOf} from '../helpers/people.ts';

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

const unique = (name: string): string => `${name} ${randomUUID().slice(0, 8)}`;
const create = async (person: Person, name = unique('Team')): Promise<string> =>
	(await person.post('/teams', {name})).body.id;
const rolesIn = async (person: Person, teamId: string): Promise<Record<string, string>> => {
	const {items} = (await person.get(`/teams/${teamId}/members?pageSize=100`)).body;
	return Object.fromEntries(items.map(({userId, role}: {userId: string; role: string}) => [userId, role]));
};

test('whoever makes a team owns it; others do not see it', async t => {
	const [owner, stranger, admin] = [
		await people.person(),
		await people.person(),
		await people.person({platformRole: 'admin'}),
	];
	const name = unique('Payments');
	const made = await owner.post('/teams', {
		name,
		description: 'About payments',
		avatarUrl: 'https://example.com/a.png',
	});
	t.like(made, {status: 201, body: {name, memberCount: 1, role: 'owner', revision: 1}});
	t.is(made.headers.get('location'), `/api/v1/teams/${made.body.id}`);
	t.true(made.body.allowedOperations.includes('team.delete'));
	t.deepEqual(await rolesIn(owner, made.body.id), {[owner.actor.id]: 'owner'});

	t.is((await owner.get('/teams')).body.pagination.total, 1);
	t.is((await stranger.get('/teams')).body.pagination.total, 0);
	for (const path of ['', '/members', '/invitations'])
		t.like(await stranger.get(`/teams/${made.body.id}${path}`), {status: 404, body: {code: 'TEAM_NOT_FOUND'}});
	const seen = (await admin.get(`/teams?search=${name.slice(2).toUpperCase()}`)).body;
	t.like(seen.items, [{id: made.body.id, role: 'owner', memberCount: 1}]);
});

test('names of teams are unique, whatever the case', async t => {
	const person = await people.person();
	const name = unique('Unique');
	const id = await create(person, name);
	const same = await person.post('/teams', {name: name.toUpperCase()});
	t.like(same, {status: 409, body: {code: 'TEAM_NAME_TAKEN', errors: [{path: 'name'}]}});
	const other = await create(person);
	t.is((await person.send('PATCH', `/teams/${other}`, {name: name.toLowerCase()})).body.code, 'TEAM_NAME_TAKEN');
	t.is((await person.send('PATCH', `/teams/${id}`, {name: name.toUpperCase()})).status, 200);
	t.is((await person.send('DELETE', `/teams/${id}`)).status, 204);
	t.is((await person.send('PATCH', `/teams/${other}`, {name})).status, 200);
});

test('of twenty teams of one name at once one is made', async t => {
	const person = await people.person();
	const name = unique('Raced');
	const answers = await Promise.all(Array.from({length: 20}, () => person.post('/teams', {name})));
	t.is(answers.filter(({status}) => status === 201).length, 1);
	t.is(answers.filter(({body}) => body.code === 'TEAM_NAME_TAKEN').length, 19);
});

test('a team is changed in the revision that was meant, and in nothing that is not right', async t => {
	const person = await people.person();
	const id = await create(person);
	const patch = (input: object, headers = {}) => person.send('PATCH', `/teams/${id}`, input, headers);
	t.is((await patch({description: 'one'}, {'if-match': '"1"'})).body.revision, 2);
	t.is((await patch({description: 'two'}, {'if-match': '"1"'})).status, 412);
	for (const input of [
		{},
		{name: ''},
		{name: 'a\u0000b'},
		{avatarUrl: 'http://x/'},
		{avatarUrl: 'javascript:alert(1)'},
	])
		t.is((await patch(input)).status, 422, JSON.stringify(input));
	t.is((await person.send('DELETE', `/teams/${id}`, undefined, {'if-match': '"1"'})).status, 412);
	t.is((await person.send('DELETE', `/teams/${id}`, undefined, {'if-match': '"2"'})).status, 204);
	t.is((await person.get(`/teams/${id}`)).status, 404);
});

test('a team with workspaces is not deleted, and says how many there are', async t => {
	const person = await people.person();
	const id = await create(person);
	for (const name of ['one', 'two']) await person.post('/workspaces', {name, teamId: id});
	t.like(await person.send('DELETE', `/teams/${id}`), {
		status: 409,
		body: {code: 'TEAM_HAS_WORKSPACES', params: {count: 2}},
	});
	t.is((await person.get(`/teams/${id}`)).status, 200);
});

test('a workspace is made in a team before the team is deleted, or not at all', async t => {
	const person = await people.person();
	for (let round = 0; round < 10; round++) {
		const teamId = await create(person);
		const [deleted, made] = await Promise.all([
			person.send('DELETE', `/teams/${teamId}`),
			person.post('/workspaces', {name: 'raced', teamId}),
		]);
		const both = [deleted.status, made.status];
		t.true(both[0] === 204 ? both[1] === 404 : both[0] === 409 && both[1] === 201, both.join(' '));
	}
});

test('nobody gives a role above their own, or takes one', async t => {
	const [owner, admin, member] = [await people.person(), await people.person(), await people.person()];
	const id = await people.team([
		[owner, 'owner'],
		[admin, 'admin'],
		[member, 'member'],
	]);
	const give = (by: Person, whom: Person, role: string) =>
		by.send('PATCH', `/teams/${id}/members/${whom.actor.id}`, {role});
	t.like(await give(admin, member, 'owner'), {status: 403, body: {code: 'ROLE_ABOVE_OWN', params: {role: 'owner'}}});
	t.like(await give(admin, owner, 'member'), {status: 403, body: {code: 'ROLE_ABOVE_OWN'}});
	t.is((await admin.send('DELETE', `/teams/${id}/members/${owner.actor.id}`)).body.code, 'ROLE_ABOVE_OWN');
	t.is((await give(member, member, 'admin')).body.code, 'PERMISSION_DENIED');
	t.like(await give(admin, member, 'admin'), {status: 200, body: {role: 'admin', name: member.actor.name}});
	for (const role of teamRoles) t.is((await give(owner, member, role)).body.role, role);
	t.is((await give(owner, await people.person(), 'member')).body.code, 'MEMBER_NOT_FOUND');
	t.is((await give(owner, member, 'king')).status, 422);
});

test('a team keeps an owner who can sign in', async t => {
	const [owner, member, disabled] = [await people.person(), await people.person(), await people.person()];
	const id = await people.team([
		[owner, 'owner'],
		[disabled, 'owner'],
		[member, 'member'],
	]);
	await product.send('PATCH', `/users/${disabled.actor.id}`, {disabled: true});
	const own = `/teams/${id}/members/${owner.actor.id}`;
	t.like(await owner.post(`/teams/${id}/leave`), {status: 409, body: {code: 'LAST_OWNER'}});
	t.is((await owner.send('PATCH', own, {role: 'admin'})).body.code, 'LAST_OWNER');
	t.is((await owner.send('DELETE', own)).body.code, 'LAST_OWNER');
	const revision = (await owner.get(`/teams/${id}`)).body.revision;
	t.is((await owner.post(`/teams/${id}/transfer-ownership`, {userId: disabled.actor.id})).body.code, 'USER_NOT_FOUND');
	t.is((await owner.post(`/teams/${id}/transfer-ownership`, {userId: randomUUID()})).body.code, 'MEMBER_NOT_FOUND');
	const passed = await owner.post(`/teams/${id}/transfer-ownership`, {userId: member.actor.id});
	t.like(passed, {status: 200, body: {role: 'admin', revision: revision + 1}});
	t.like(await rolesIn(owner, id), {[owner.actor.id]: 'admin', [member.actor.id]: 'owner'});
	t.is((await owner.post(`/teams/${id}/leave`)).status, 204);
	t.is((await owner.get(`/teams/${id}`)).status, 404);
	t.is((await member.get(`/teams/${id}`)).body.memberCount, 2);
});

test('of two owners who leave at once one stays', async t => {
	for (let round = 0; round < 5; round++) {
		const [one, two] = [await people.person(), await people.person()];
		const id = await people.team([
			[one, 'owner'],
			[two, 'owner'],
		]);
		const answers = await Promise.all([one.post(`/teams/${id}/leave`), two.post(`/teams/${id}/leave`)]);
		t.is(answers.filter(({status}) => status === 204).length, 1);
		t.is(answers.filter(({body}) => body.code === 'LAST_OWNER').length, 1);
	}
});

test('what somebody owns in a team passes to an owner of it when they go', async t => {
	const [owner, first, goes] = [await people.person(), await people.person(), await people.person()];
	const id = await people.team([
		[first, 'owner'],
		[owner, 'owner'],
		[goes, 'member'],
	]);
	const create = async (name: string, teamId: string | null) =>
		(await goes.post('/workspaces', {name, teamId})).body.id as string;
	const [one, two, own] = [await create('one', id), await create('two', id), await create('one', null)];
	t.is((await owner.send('DELETE', `/teams/${id}/members/${goes.actor.id}`)).status, 204);
	for (const workspaceId of [one, two]) {
		t.is((await first.get(`/workspaces/${workspaceId}`)).body.ownerId, owner.actor.id, 'the owner who removed them');
		t.is((await goes.get(`/workspaces/${workspaceId}`)).status, 404);
	}
	t.is((await goes.get(`/workspaces/${own}`)).body.ownerId, goes.actor.id);
	t.is((await goes.get('/workspaces')).body.pagination.total, 1);

	t.is((await owner.post(`/teams/${id}/leave`)).status, 204);
	t.is((await first.get(`/workspaces/${one}`)).body.ownerId, first.actor.id);
	const {items} = (await first.get(`/workspaces/${one}/activity`)).body;
	t.like(items[0], {code: 'workspaceUpdated', params: {fields: 'owner'}});
});

test('nobody makes a workspace in a team that they are not in', async t => {
	const [admin, owner] = [await people.person({platformRole: 'admin'}), await people.person()];
	const id = await create(owner);
	const refused = await admin.post('/workspaces', {name: 'theirs', teamId: id});
	t.like(refused, {status: 409, body: {code: 'OWNER_NOT_IN_TEAM', errors: [{path: 'teamId'}]}});
});

test('a change of members is made in the revision of the team that was meant', async t => {
	const [owner, member] = [await people.person(), await people.person()];
	const id = await people.team([
		[owner, 'owner'],
		[member, 'member'],
	]);
	const path = `/teams/${id}/members/${member.actor.id}`;
	const send = (method: string, tag: string, body?: object) => owner.send(method, path, body, {'if-match': tag});
	t.is((await send('PATCH', '"1"', {role: 'admin'})).status, 200);
	t.is((await send('PATCH', '"1"', {role: 'viewer'})).status, 412);
	t.is((await send('DELETE', '"1"')).status, 412);
	t.is((await send('DELETE', '"2"')).status, 204);
});

test('a member leaves, or is removed, once for one Idempotency-Key', async t => {
	const [owner, member] = [await people.person(), await people.person()];
	const key = {'idempotency-key': 'once'};
	const first = await owner.post('/teams', {name: unique('Once')}, key);
	const again = await owner.post('/teams', {name: first.body.name}, key);
	t.is(again.body.id, first.body.id);
	t.is(again.headers.get('idempotency-replayed'), 'true');
	const id = await people.team([
		[owner, 'owner'],
		[member, 'owner'],
	]);
	t.is((await member.post(`/teams/${id}/transfer-ownership`, {userId: owner.actor.id}, key)).status, 200);
	t.is((await member.post(`/teams/${id}/leave`, undefined, {'idempotency-key': 'leave'})).status, 204);
	t.is((await owner.get(`/teams/${id}`)).body.memberCount, 1);
});
