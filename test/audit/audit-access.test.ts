// Whose acts are told of how, and who hears of which.
import {randomUUID} from 'node:crypto';
import test from 'ava';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {peopleOf, type Person} from '../helpers/people.ts';
import {eventsSeenBy, trailOf} from './helpers.ts';

let product: Installation;
let people: ReturnType<typeof peopleOf>;
let trail: ReturnType<typeof trailOf>;
test.before(async () => {
	product = await startInstallation({withoutWorkers: true});
	people = peopleOf(product);
	trail = trailOf(product);
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

const createdBy = async (person: Person, input: Record<string, unknown> = {}): Promise<string> =>
	(await person.post('/workspaces', {name: `w-${randomUUID().slice(0, 8)}`, ...input})).body.id;
const actionsSeenBy = async (person: Person, query = '') =>
	(await eventsSeenBy(person, query)).map(({action}) => action);

test('everybody sees what they did themselves, and nothing of what others did', async t => {
	const [ada, ben] = [await people.person(), await people.person()];
	const id = await createdBy(ada);
	await createdBy(ben);
	await ada.post(`/workspaces/${id}/stop`);
	const seen = await eventsSeenBy(ada);
	t.deepEqual(
		seen.map(({action, actor}) => [action, actor?.name]),
		[
			['workspace.stop', ada.actor.name],
			['workspace.create', ada.actor.name],
		],
	);
	t.deepEqual(await actionsSeenBy(ben), ['workspace.create']);
	t.deepEqual(await actionsSeenBy(ben, `&target=${id}`), []);
	t.is((await ada.get('/audit?pageSize=1')).body.pagination.total, 2);
});

test('owners of a team see what concerns it and its workspaces, also as it was before; its other people do not', async t => {
	const [owner, admin, member] = [await people.person(), await people.person(), await people.person()];
	const teamId = await people.team([
		[owner, 'owner'],
		[admin, 'admin'],
		[member, 'member'],
	]);
	const id = await createdBy(member, {teamId});
	t.deepEqual(await actionsSeenBy(owner), ['workspace.create']);
	t.deepEqual(await actionsSeenBy(admin), []);
	const [event] = await eventsSeenBy(owner);
	t.like(event, {teamId, workspaceId: id, actor: {id: member.actor.id}});
	await trail.rows('update workspace set team_id = null where id = ?', [id]);
	await member.post(`/workspaces/${id}/stop`);
	t.deepEqual(await actionsSeenBy(owner), ['workspace.create']);
});

test('an administrator sees everything, by actor, action, target, outcome and time', async t => {
	const [admin, ada] = [await people.person({platformRole: 'admin'}), await people.person()];
	const before = new Date().toISOString();
	const id = await createdBy(ada);
	await createdBy(ada);
	const after = new Date(Date.now() + 1).toISOString();
	t.is((await eventsSeenBy(admin, `&actor=${ada.actor.id}`)).length, 2);
	t.is((await eventsSeenBy(admin, `&actor=${ada.actor.id}&target=${id}&action=workspace.create`)).length, 1);
	t.is((await eventsSeenBy(admin, `&actor=${ada.actor.id}&outcome=refused`)).length, 0);
	t.is((await eventsSeenBy(admin, `&actor=${ada.actor.id}&from=${before}&to=${after}`)).length, 2);
	t.is((await eventsSeenBy(admin, `&actor=${ada.actor.id}&to=${before}`)).length, 0);
	t.is((await ada.get('/audit/verification')).status, 403);
	t.is((await admin.get('/audit?colour=red')).status, 422);
});

test('what only an administrator may is marked, and what is their own is not', async t => {
	const [admin, ada] = [await people.person({platformRole: 'admin'}), await people.person()];
	const theirs = await createdBy(ada);
	const own = await createdBy(admin);
	const shared = await createdBy(ada);
	await people.give(shared, admin, 'viewer');
	for (const id of [theirs, own, shared]) await admin.post(`/workspaces/${id}/stop`);
	const marks = async (id: string) =>
		(await eventsSeenBy(admin, `&target=${id}&action=workspace.stop`)).map(({asAdministrator}) => asAdministrator);
	t.deepEqual([await marks(theirs), await marks(own), await marks(shared)], [[true], [false], [true]]);
	const [event] = await eventsSeenBy(admin, `&target=${theirs}&action=workspace.stop`);
	t.is(event!.message, `${admin.actor.name}, as an administrator: stop a workspace.`);
});

test('a refusal is told of, of what reads as well, and nobody fills the disk with them', async t => {
	const [ada, viewer] = [await people.person(), await people.person()];
	const ids = [await createdBy(ada), await createdBy(ada)];
	for (const id of ids) await people.give(id, viewer, 'viewer');
	for (let time = 0; time < 5; time++) {
		for (const id of ids) {
			t.is((await viewer.post(`/workspaces/${id}/stop`)).status, 403);
			t.is((await viewer.get(`/workspaces/${id}/secrets`)).status, 403);
		}
	}
	const seen = await eventsSeenBy(viewer);
	t.deepEqual(seen.map(({action, outcome, errorCode}) => `${action} ${outcome} ${errorCode}`).toSorted(), [
		'secret.list refused PERMISSION_DENIED',
		'secret.list refused PERMISSION_DENIED',
		'workspace.stop refused PERMISSION_DENIED',
		'workspace.stop refused PERMISSION_DENIED',
	]);
	t.true(ids.every(id => seen.filter(({workspaceId}) => workspaceId === id).length === 2));
	// Equal ones at the same moment.
	const other = await people.person();
	await people.give(ids[0]!, other, 'viewer');
	await Promise.all(Array.from({length: 20}, () => other.post(`/workspaces/${ids[0]}/start`)));
	t.is((await eventsSeenBy(other)).length, 1);
	const names = Array.from({length: 80}, (_, index) => `N${index}`);
	await Promise.all(names.map(name => other.send('PUT', `/workspaces/${ids[0]}/secrets/${name}`, {value: 'x'})));
	const {total} = (await other.get('/audit?outcome=refused')).body.pagination;
	t.is(total, 60);
});

test('what a program does with a credential of a workspace says in whose name', async t => {
	const ada = await people.person();
	const [id, another] = [await createdBy(ada), await createdBy(ada)];
	const grant = {operations: ['workspace.stop', 'audit.list'] as const, workspaceId: id};
	const program = await people.limited(ada, grant);
	await program.post(`/workspaces/${id}/stop`);
	const [event] = await eventsSeenBy(ada);
	t.like(event, {onBehalfOf: ada.actor.id, actor: {id: ada.actor.id}, credential: {workspaceId: id}});
	t.is(event!.message, `A program in a workspace, on behalf of ${ada.actor.name}: stop a workspace.`);
	// It sees what concerns its workspace, and no more.
	t.deepEqual(await actionsSeenBy(program), ['workspace.stop', 'workspace.create']);
	t.deepEqual(await actionsSeenBy(program, `&target=${another}`), []);
});
