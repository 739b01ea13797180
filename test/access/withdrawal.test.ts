// What ends with somebody's access to a workspace, by whatever way it ends.
import {randomUUID} from 'node:crypto';
import test from 'ava';
import type {TeamRole} from '../../src/access/permissions.ts';
import {Lease} from '../../src/workspaces/lease.entity.ts';
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

const em = () => product.services.orm.em.fork();

/** A workspace of a team: its owner, somebody who works in it, and somebody with whom it is shared. */
interface World {
	owner: Person;
	goes: Person;
	stays: Person;
	teamId: string;
	id: string;
}
const buildWorld = async (share: 'byTeam' | 'directly' | 'asAdministrator'): Promise<World> => {
	const [owner, stays] = [await people.person(), await people.person()];
	const goes = await people.person({platformRole: share === 'asAdministrator' ? 'admin' : 'member'});
	const members: [Person, TeamRole][] = [[owner, 'owner']];
	if (share === 'byTeam') members.push([goes, 'member']);
	const teamId = await people.team(members);
	const {id} = (await owner.post('/workspaces', {name: 'shared', teamId})).body;
	await people.give(id, stays, 'editor');
	if (share === 'directly') await people.give(id, goes, 'manager');
	return {owner, goes, stays, teamId, id};
};

/** Something of theirs under way: a job that is planned, a run of it, and a lease. */
const beAtWork = async ({id}: World, person: Person) => {
	const name = `of ${person.actor.name}`;
	const work = {kind: 'command', command: ['true'], trigger: {kind: 'cron', expression: '0 3 * * *'}};
	const job = (await person.post('/automation/jobs', {workspaceId: id, name, ...work})).body;
	const execution = (await person.post(`/automation/jobs/${job.id}/run`)).body;
	const holder = `exec:${randomUUID()}`;
	const expiresAt = new Date(Date.now() + 60_000);
	await em().insert(Lease, {workspace: id, holder, expiresAt, heldBy: person.actor.id});
	return {
		job: job.id as string,
		execution: execution.id as string,
		async look(): Promise<{job: string; note: string | null; run: string; isCancelled: boolean; hasLease: boolean}> {
			const {body} = await product.get(`/automation/jobs/${job.id}`);
			const run = (await product.get(`/automation/executions/${execution.id}`)).body;
			const hasLease = (await em().count(Lease, {workspace: id, holder})) > 0;
			return {job: body.status, note: body.pauseNote, run: run.status, isCancelled: run.cancelRequested, hasLease};
		},
	};
};

const goesOn = {job: 'active', note: null, run: 'waiting', isCancelled: false, hasLease: true};
const hasEnded = {
	job: 'paused',
	note: 'whoever it runs as may no longer work in the workspace',
	run: 'waiting',
	isCancelled: true,
	hasLease: false,
};

const member = ({teamId, goes}: World): string => `/teams/${teamId}/members/${goes.actor.id}`;
const sharedWith = ({id, goes}: World): string => `/workspaces/${id}/members/${goes.actor.id}`;
const ways: [string, Parameters<typeof buildWorld>[0], (world: World) => Promise<{status: number; body: unknown}>][] = [
	['is removed from the team', 'byTeam', world => world.owner.send('DELETE', member(world))],
	['leaves the team', 'byTeam', ({goes, teamId}) => goes.post(`/teams/${teamId}/leave`)],
	['becomes a viewer of the team', 'byTeam', world => world.owner.send('PATCH', member(world), {role: 'viewer'})],
	['is unshared', 'directly', world => world.owner.send('DELETE', sharedWith(world))],
	['leaves the workspace', 'directly', ({goes, id}) => goes.post(`/workspaces/${id}/leave`)],
	['becomes a viewer', 'directly', world => world.owner.send('PATCH', sharedWith(world), {role: 'viewer'})],
	['is disabled', 'directly', ({goes}) => product.send('PATCH', `/users/${goes.actor.id}`, {disabled: true})],
	[
		'is no administrator any more',
		'asAdministrator',
		({goes}) => product.send('PATCH', `/users/${goes.actor.id}`, {platformRole: 'member'}),
	],
	[
		'is in the team that the workspace is taken out of',
		'byTeam',
		({owner, id}) => owner.post(`/workspaces/${id}/transfer`, {teamId: null}),
	],
	[
		'is not in the team that the workspace goes to',
		'byTeam',
		async ({owner, id}) => owner.post(`/workspaces/${id}/transfer`, {teamId: await people.team([[owner, 'owner']])}),
	],
];

for (const [way, share, take] of ways) {
	test(`whoever ${way} has nothing under way any more; all else goes on`, async t => {
		// The last administrator stays one.
		await people.person({platformRole: 'admin'});
		const world = await buildWorld(share);
		const [ended, other] = [await beAtWork(world, world.goes), await beAtWork(world, world.stays)];
		t.deepEqual(await ended.look(), goesOn);
		const {status, body} = await take(world);
		t.true([200, 204].includes(status), JSON.stringify(body));
		t.deepEqual(await ended.look(), hasEnded);
		t.deepEqual(await other.look(), goesOn);
		const {items} = (await world.owner.get(`/workspaces/${world.id}/activity?pageSize=5`)).body;
		t.true(items.some(({code}: {code: string}) => code === 'leasesEnded'));
	});
}

test('whoever gives a workspace away has nothing under way in it any more', async t => {
	const [from, to, stays] = [await people.person(), await people.person(), await people.person()];
	const {id} = (await from.post('/workspaces', {name: 'given'})).body;
	await people.give(id, stays, 'editor');
	const world = {owner: from, goes: from, stays, teamId: '', id};
	const [ended, other] = [await beAtWork(world, from), await beAtWork(world, stays)];
	const given = await from.post(`/workspaces/${id}/transfer`, {ownerId: to.actor.id});
	t.like(given, {status: 200, body: {ownerId: to.actor.id, allowedOperations: []}});
	t.deepEqual(await ended.look(), hasEnded);
	t.deepEqual(await other.look(), goesOn);
	t.is((await from.get(`/workspaces/${id}`)).status, 404);
});

test('whoever may still work by another way goes on', async t => {
	const world = await buildWorld('byTeam');
	await people.give(world.id, world.goes, 'editor');
	const atWork = await beAtWork(world, world.goes);
	t.is((await world.owner.send('DELETE', member(world))).status, 204);
	t.deepEqual(await atWork.look(), goesOn);
});

test('nothing runs as somebody who may not work any more, until somebody else takes it over', async t => {
	const world = await buildWorld('directly');
	const {job} = await beAtWork(world, world.goes);
	await world.owner.send('DELETE', sharedWith(world));
	const skipped = await world.stays.post(`/automation/jobs/${job}/run`);
	t.like(skipped, {status: 201, body: {status: 'skipped', reason: {code: 'personRemoved'}}});
	const resumed = await world.stays.post(`/automation/jobs/${job}/resume`);
	t.like(resumed, {status: 200, body: {status: 'active', pauseNote: null, createdBy: world.stays.actor.id}});
	t.is((await world.stays.post(`/automation/jobs/${job}/run`)).body.reason?.code, 'overlap');
	await world.owner.post(`/automation/jobs/${job}/pause`);
	t.is((await world.owner.post(`/automation/jobs/${job}/resume`)).body.createdBy, world.stays.actor.id);
});

test('whoever changes what a job runs has it run as them, and other changes leave that alone', async t => {
	const world = await buildWorld('directly');
	const {job} = await beAtWork(world, world.goes);
	const change = async (input: object) =>
		(await world.stays.send('PATCH', `/automation/jobs/${job}`, input)).body.createdBy;
	t.is(await change({name: 'another-name', policy: {overlap: 'allowAll'}}), world.goes.actor.id);
	t.is(await change({command: ['env']}), world.stays.actor.id);
});

test('what is begun while somebody is removed ends with it, or never begins', async t => {
	for (let round = 0; round < 5; round++) {
		const world = await buildWorld('byTeam');
		const {job} = await beAtWork(world, world.goes);
		const all = {trigger: {kind: 'manual'}, kind: 'command', command: ['true'], policy: {overlap: 'allowAll'}};
		await world.goes.send('PATCH', `/automation/jobs/${job}`, {policy: all.policy});
		const [removed] = await Promise.all([
			world.owner.send('DELETE', member(world)),
			...Array.from({length: 5}, () => world.goes.post(`/automation/jobs/${job}/run`)),
			...Array.from({length: 5}, (_, index) =>
				world.goes.post('/automation/jobs', {workspaceId: world.id, name: `late ${index}`, ...all}),
			),
			...Array.from({length: 5}, () => world.owner.post(`/automation/jobs/${job}/run`)),
		]);
		t.is(removed.status, 204);
		const {items} = (await product.get(`/automation/executions?workspaceId=${world.id}&pageSize=100`)).body;
		t.true(items.length >= 6);
		for (const one of items) t.true(one.cancelRequested || ['skipped', 'cancelled'].includes(one.status), one.status);
	}
});

test('two who are removed from two teams at once are no hindrance to each other', async t => {
	// The third keeps the teams: the only owner of one is not disabled.
	const [a, b, c] = [await people.person(), await people.person(), await people.person()];
	const [one, two] = [
		await people.team([
			[a, 'owner'],
			[b, 'member'],
			[c, 'owner'],
		]),
		await people.team([
			[b, 'owner'],
			[a, 'member'],
			[c, 'owner'],
		]),
	];
	for (const [person, teamId] of [
		[a, one],
		[b, two],
		[a, two],
		[b, one],
	] as const) {
		const {id} = (await person.post('/workspaces', {name: `of-${person.actor.id.slice(0, 8)}`, teamId})).body;
		for (const each of [a, b]) await beAtWork({id} as World, each);
	}
	const answers = await Promise.all([
		a.send('DELETE', `/teams/${one}/members/${b.actor.id}`),
		b.send('DELETE', `/teams/${two}/members/${a.actor.id}`),
		product.send('PATCH', `/users/${a.actor.id}`, {disabled: true}),
		product.send('PATCH', `/users/${b.actor.id}`, {disabled: true}),
	]);
	t.true(
		answers.every(({status}) => [200, 204, 403].includes(status)),
		answers.map(({status}) => status).join(' '),
	);
});

/** Reads an answer until it ends, or until the signal. */
const follow = async ({url, headers}: Person, path: string, signal: AbortSignal) => {
	const response = await fetch(`${url}/api/v1${path}`, {headers, signal});
	if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
	let isOpen = true;
	const end = response.text().then(
		() => (isOpen = false),
		() => {},
	);
	return {isOpen: () => isOpen, end};
};

for (const [way, take] of [
	['removed', (world: World) => world.owner.send('DELETE', sharedWith(world))],
	['disabled', (world: World) => product.send('PATCH', `/users/${world.goes.actor.id}`, {disabled: true})],
] as const) {
	test(`what somebody watches ends within ten seconds when they are ${way}`, async t => {
		const world = await buildWorld('directly');
		const leave = new AbortController();
		t.teardown(() => leave.abort());
		const {execution} = await beAtWork(world, world.stays);
		const paths = [`/workspaces/${world.id}/events`, `/automation/executions/${execution}/output?follow=true`];
		const theirs = await Promise.all(paths.map(path => follow(world.goes, path, leave.signal)));
		const others = await Promise.all(paths.map(path => follow(world.stays, path, leave.signal)));
		const begun = Date.now();
		t.is(Math.floor((await take(world)).status / 100), 2);
		await Promise.all(theirs.map(({end}) => end));
		const took = Date.now() - begun;
		t.log(`${took} ms`);
		t.true(took < 10_000, `${took} ms`);
		t.true(others.every(({isOpen}) => isOpen()));
	});
}
