import {randomUUID} from 'node:crypto';
import test from 'ava';
import {User} from '../../src/users/user.entity.ts';
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

const addressOf = ({actor}: Person): string => `${actor.name}@example.com`;
const workspaceOf = async (owner: Person, name = 'shared', teamId: string | null = null): Promise<string> =>
	(await owner.post('/workspaces', {name, teamId})).body.id;

test('a workspace is shared with somebody, in another role, and no longer', async t => {
	const [owner, guest] = [await people.person(), await people.person()];
	const id = await workspaceOf(owner);
	const path = `/workspaces/${id}/members`;
	const {revision} = (await owner.get(`/workspaces/${id}`)).body;
	const added = await owner.post(path, {userId: guest.actor.id, role: 'viewer'});
	t.like(added, {status: 201, body: {userId: guest.actor.id, name: guest.actor.name, role: 'viewer'}});
	t.is(added.body.addedBy, owner.actor.id);
	t.is((await guest.get('/workspaces')).body.pagination.total, 1);
	t.is((await guest.post(`/workspaces/${id}/stop`)).status, 403);
	t.deepEqual((await guest.get(path)).body.items, [added.body]);
	t.is((await owner.get(`/workspaces/${id}`)).body.revision, revision + 1);

	const own = `${path}/${guest.actor.id}`;
	t.is((await owner.send('PATCH', own, {role: 'editor'}, {'if-match': `"${revision}"`})).status, 412);
	t.is((await owner.send('PATCH', own, {role: 'editor'}, {'if-match': `"${revision + 1}"`})).body.role, 'editor');
	t.is((await guest.post(`/workspaces/${id}/stop`)).status, 202);
	t.is((await owner.send('DELETE', own)).status, 204);
	t.is((await owner.send('DELETE', own)).body.code, 'MEMBER_NOT_FOUND');
	t.is((await guest.get(`/workspaces/${id}`)).status, 404);
});

test('by address only whoever has verified it is found, whatever its case', async t => {
	const [owner, guest, unverified, disabled] = [
		await people.person(),
		await people.person(),
		await people.person(),
		await people.person(),
	];
	await product.services.orm.em.fork().nativeUpdate(User, {id: unverified.actor.id}, {emailVerified: false});
	await product.services.orm.em.fork().nativeUpdate(User, {id: disabled.actor.id}, {disabledAt: new Date()});
	const path = `/workspaces/${await workspaceOf(owner)}/members`;
	const add = (who: object) => owner.post(path, {...who, role: 'viewer'});
	t.is((await add({email: addressOf(guest).toUpperCase()})).body.userId, guest.actor.id);
	for (const email of [addressOf(unverified), addressOf(disabled), 'nobody@example.com'])
		t.like(await add({email}), {status: 404, body: {code: 'USER_NOT_FOUND', errors: [{path: 'email'}]}});
	t.is((await add({userId: disabled.actor.id})).body.errors[0].path, 'userId');
	t.is((await add({userId: guest.actor.id})).body.code, 'ALREADY_MEMBER');
	t.is((await add({userId: owner.actor.id})).body.code, 'ALREADY_MEMBER');
	for (const who of [{}, {userId: guest.actor.id, email: addressOf(guest)}, {userId: 'x'}, {email: 'x'}])
		t.is((await add(who)).status, 422, JSON.stringify(who));
	t.is((await owner.post(path, {userId: guest.actor.id, role: 'owner'})).status, 422);
});

test('of twenty equal shares at once one is made', async t => {
	const [owner, guest] = [await people.person(), await people.person()];
	const path = `/workspaces/${await workspaceOf(owner)}/members`;
	const answers = await Promise.all(
		Array.from({length: 20}, () => owner.post(path, {userId: guest.actor.id, role: 'viewer'})),
	);
	t.is(answers.filter(({status}) => status === 201).length, 1);
	t.is(answers.filter(({body}) => body.code === 'ALREADY_MEMBER').length, 19);
});

test('a member leaves by themselves; an owner does not', async t => {
	const [owner, guest] = [await people.person(), await people.person()];
	const id = await workspaceOf(owner);
	await people.give(id, guest, 'viewer');
	t.is((await guest.send('DELETE', `/workspaces/${id}/members/${guest.actor.id}`)).status, 403);
	t.is((await guest.post(`/workspaces/${id}/leave`)).status, 204);
	t.is((await guest.get(`/workspaces/${id}`)).status, 404);
	t.is((await owner.post(`/workspaces/${id}/leave`)).body.code, 'MEMBER_NOT_FOUND');
});

test('a workspace is given to another person, who is its owner then and no member', async t => {
	const [owner, next, manager] = [await people.person(), await people.person(), await people.person()];
	const id = await workspaceOf(owner);
	await people.give(id, next, 'editor');
	await people.give(id, manager, 'manager');
	const path = `/workspaces/${id}/transfer`;
	t.is((await manager.post(path, {ownerId: manager.actor.id})).body.code, 'PERMISSION_DENIED');
	const unknown = await owner.post(path, {ownerId: randomUUID()});
	t.like(unknown, {status: 404, body: {code: 'USER_NOT_FOUND', errors: [{path: 'ownerId'}]}});
	t.is((await owner.post(path, {})).body.errors[0].code, 'NOTHING_TO_CHANGE');
	t.is((await owner.post(path, {ownerId: next.actor.id}, {'if-match': '"77"'})).status, 412);
	await workspaceOf(next);
	const taken = await owner.post(path, {ownerId: next.actor.id});
	t.like(taken, {status: 409, body: {code: 'WORKSPACE_NAME_TAKEN', params: {name: 'shared'}}});
	t.is((await owner.get(`/workspaces/${id}`)).body.ownerId, owner.actor.id);

	await owner.send('PATCH', `/workspaces/${id}`, {name: 'free'});
	t.is((await owner.post(path, {ownerId: next.actor.id})).body.ownerId, next.actor.id);
	t.is((await owner.get(`/workspaces/${id}`)).status, 404);
	t.true((await next.get(`/workspaces/${id}`)).body.allowedOperations.includes('workspace.transfer'));
	t.like((await next.get(`/workspaces/${id}/members`)).body.items, [{userId: manager.actor.id}]);
});

test('a workspace goes into a team by whoever may make some there, and out of it again', async t => {
	const [owner, colleague, stranger] = [await people.person(), await people.person(), await people.person()];
	const teamId = await people.team([
		[owner, 'member'],
		[colleague, 'member'],
	]);
	const viewed = await people.team([[owner, 'viewer']]);
	const id = await workspaceOf(owner);
	const transfer = (to: object) => owner.post(`/workspaces/${id}/transfer`, to);
	t.is((await transfer({teamId: randomUUID()})).body.code, 'TEAM_NOT_FOUND');
	t.is((await transfer({teamId: await people.team([[stranger, 'owner']])})).body.code, 'TEAM_NOT_FOUND');
	t.is((await transfer({teamId: viewed})).body.params.operation, 'team.workspaces.create');
	t.is((await transfer({teamId, ownerId: stranger.actor.id})).body.code, 'OWNER_NOT_IN_TEAM');
	t.is((await transfer({teamId})).body.teamId, teamId);
	t.is((await colleague.get(`/workspaces/${id}`)).status, 200);
	t.is((await transfer({ownerId: stranger.actor.id})).body.code, 'OWNER_NOT_IN_TEAM');
	t.is((await transfer({teamId})).status, 200, 'it is there already');

	await workspaceOf(owner);
	t.is((await transfer({teamId: null})).body.code, 'WORKSPACE_NAME_TAKEN');
	await owner.send('PATCH', `/workspaces/${id}`, {name: 'out'});
	t.is((await transfer({teamId: null})).body.teamId, null);
	t.is((await colleague.get(`/workspaces/${id}`)).status, 404);
	t.is((await transfer({teamId, ownerId: colleague.actor.id})).body.ownerId, colleague.actor.id);
});

test('whoever owns a workspace of a team is in it, also when one goes in while the other goes out', async t => {
	for (let round = 0; round < 10; round++) {
		const [owner, goes] = [await people.person(), await people.person()];
		const teamId = await people.team([
			[owner, 'owner'],
			[goes, 'member'],
		]);
		const [moved, created] = [await workspaceOf(goes), `raced-${round}`];
		const [transferred, removed, made] = await Promise.all([
			goes.post(`/workspaces/${moved}/transfer`, {teamId}),
			owner.send('DELETE', `/teams/${teamId}/members/${goes.actor.id}`),
			goes.post('/workspaces', {name: created, teamId}),
		]);
		t.is(removed.status, 204);
		t.true([200, 404, 409].includes(transferred.status) && [201, 404, 409].includes(made.status));
		const {items} = (await owner.get(`/workspaces?teamId=${teamId}`)).body;
		t.is(items.length, [transferred.status === 200, made.status === 201].filter(Boolean).length);
		for (const {ownerId} of items) t.is(ownerId, owner.actor.id);
	}
});
