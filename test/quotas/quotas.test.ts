// Every kind of quota: what is refused, what that says, and what frees.
import {randomUUID} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {Execution} from '../../src/automation/execution.entity.ts';
import {nextDay} from '../../src/quotas/quota.ts';
import {automationOf} from '../automation/helpers.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import type {Installation} from '../helpers/installation.ts';
import {peopleOf, type Person} from '../helpers/people.ts';
import {moverOf} from './helpers.ts';

let product: Installation;
let people: ReturnType<typeof peopleOf>;
test.before(async () => {
	product = await startFakeInstallation({
		env: {QUOTAS_PER_USER: 'workspaces=50, jobs=3', QUOTAS_PER_TEAM: 'workspaces=2'},
	});
	people = peopleOf(product);
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

type Limits = Record<string, number | null>;
const allow = (person: Person, limits: Limits) => product.send('PUT', `/quotas/users/${person.actor.id}`, limits);
const allowTeam = (id: string, limits: Limits) => product.send('PUT', `/quotas/teams/${id}`, limits);
const someone = async (limits: Limits): Promise<Person> => {
	const person = await people.person();
	await allow(person, limits);
	return person;
};
const small = {cpus: 0.5, memoryMiB: 512, pids: 64};
const create = (person: Person, input: Record<string, unknown> = {}) =>
	person.post('/workspaces', {name: `w-${randomUUID().slice(0, 8)}`, resources: small, ...input});
const made = async (person: Person, input: Record<string, unknown> = {}): Promise<string> => {
	const {status, body} = await create(person, input);
	if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
	await person.ended(body.operation.id);
	return body.id;
};
const usedBy = async (person: Person) => (await person.get('/quotas/me')).body.used;
/** Until the end of the test nobody does any work. */
const withoutWorkers = async (t: ExecutionContext): Promise<void> => {
	await product.stopWorkers();
	t.teardown(() => product.startWorkers());
};
const exceeded = (params: Record<string, unknown>) => ({status: 409, body: {code: 'QUOTA_EXCEEDED', params}});
const command = {kind: 'command', command: ['true']};

test('what was set counts, then the configuration; both are shown beside what is used', async t => {
	const person = await people.person();
	const path = `/quotas/users/${person.actor.id}`;
	await made(person);
	const before = await product.get(path);
	t.is(before.headers.get('etag'), '"0"');
	t.like(before.body, {
		subject: {type: 'user', id: person.actor.id},
		limits: {workspaces: 50, jobs: 3, cpus: null, spendPerDayUsd: null},
		set: {},
		used: {
			workspaces: 1,
			runningWorkspaces: 1,
			cpus: 0.5,
			memoryMiB: 512,
			concurrentExecutions: 0,
			jobs: 0,
			spendPerDayUsd: 0,
		},
	});
	const set = await product.send('PUT', path, {workspaces: null, cpus: 2.5}, {'if-match': '"0"'});
	t.like(set, {
		status: 200,
		body: {limits: {workspaces: null, cpus: 2.5, jobs: 3}, set: {workspaces: null, cpus: 2.5}},
	});
	t.is((await product.send('PUT', path, {}, {'if-match': '"0"'})).status, 412);
	t.deepEqual((await person.get('/quotas/me')).body, set.body);
	t.like((await product.send('PUT', path, {}, {'if-match': set.headers.get('etag')!})).body, {
		set: {},
		limits: {workspaces: 50, cpus: null},
	});
});

test('only administrators set quotas, for whom there is, and of what there is', async t => {
	const person = await people.person();
	t.is((await person.get(`/quotas/users/${person.actor.id}`)).status, 403);
	t.is((await person.send('PUT', `/quotas/users/${person.actor.id}`, {})).status, 403);
	t.is((await product.send('PUT', `/quotas/users/${randomUUID()}`, {})).body.code, 'USER_NOT_FOUND');
	t.is((await product.get(`/quotas/teams/${randomUUID()}`)).body.code, 'TEAM_NOT_FOUND');
	for (const [limits, path] of [
		[{workspaces: -1}, 'workspaces'],
		[{workspaces: 1.5}, 'workspaces'],
		[{gpus: 5}, 'gpus'],
		[{cpus: 'many'}, 'cpus'],
	] as const) {
		const refused = await product.send('PUT', `/quotas/users/${person.actor.id}`, limits);
		t.like(refused, {status: 422, body: {errors: [{path}]}});
	}
});

test('workspaces: as many as there may be; one that is gone makes room', async t => {
	const person = await someone({workspaces: 1});
	const id = await made(person);
	t.like(
		await create(person),
		exceeded({quota: 'workspaces', limit: 1, used: 1, wanted: 1, freesAt: null, subject: 'user'}),
	);
	t.is((await person.get('/workspaces')).body.pagination.total, 1);
	await person.send('DELETE', `/workspaces/${id}`);
	await person.until(
		'the end of the workspace',
		20,
		async () => (await person.get(`/workspaces/${id}`)).status === 404,
	);
	t.is((await create(person)).status, 201);
});

test('running workspaces: stopping makes room, and starting takes it up again', async t => {
	const person = await someone({runningWorkspaces: 1});
	const first = await made(person);
	t.like(await create(person), exceeded({quota: 'runningWorkspaces', used: 1}));
	await person.command(first, 'stop');
	t.is((await usedBy(person)).runningWorkspaces, 0);
	const second = await made(person);
	for (const name of ['start', 'rebuild'])
		t.like(
			await person.post(`/workspaces/${first}/${name}`),
			exceeded({quota: 'runningWorkspaces', used: 1, wanted: 1}),
			name,
		);
	t.like(await person.workspace(first), {status: 'stopped', desired: 'stopped', operation: null});
	for (const name of ['restart', 'rebuild']) t.is((await person.command(second, name)).status, 'succeeded', name);
	await person.command(second, 'stop');
	t.is((await person.command(first, 'start')).status, 'succeeded');
});

test.serial('a stop that is taken back needs the room that it made', async t => {
	const person = await someone({runningWorkspaces: 1});
	const first = await made(person);
	await withoutWorkers(t);
	const {operationId} = (await person.post(`/workspaces/${first}/stop`)).body;
	const second = await create(person);
	t.is(second.status, 201);
	t.like(await person.post(`/operations/${operationId}/cancel`), exceeded({quota: 'runningWorkspaces', used: 1}));
	await person.post(`/workspaces/${second.body.id}/stop`);
	t.true((await person.post(`/operations/${operationId}/cancel`)).status < 300);
	t.is((await usedBy(person)).runningWorkspaces, 1);
});

test('cpus and memory: of what runs, also when a workspace grows; what is short is named, and its field', async t => {
	const person = await someone({cpus: 1, memoryMiB: 1500});
	const id = await made(person);
	const large = await create(person, {resources: {cpus: 1, memoryMiB: 1024, pids: 64}});
	t.like(large, exceeded({quota: 'cpus', limit: 1, used: 0.5, wanted: 1}));
	t.deepEqual(
		large.body.errors.map(({path, code}: {path: string; code: string}) => [path, code]),
		[
			['resources.cpus', 'QUOTA_EXCEEDED'],
			['resources.memoryMiB', 'QUOTA_EXCEEDED'],
		],
	);
	const grow = (resources: Record<string, number>) => person.send('PATCH', `/workspaces/${id}`, {resources});
	t.like(await grow({cpus: 0.5, memoryMiB: 2048, pids: 64}), {
		...exceeded({quota: 'memoryMiB', used: 512, wanted: 1536}),
	});
	t.is((await person.workspace(id)).resources.memoryMiB, 512);
	t.is((await grow({cpus: 1, memoryMiB: 1024, pids: 64})).status, 200);
	t.like(await usedBy(person), {cpus: 1, memoryMiB: 1024});
	// What does not run may be as large as it likes, until it is to run.
	await person.command(id, 'stop');
	t.is((await grow({cpus: 2, memoryMiB: 1024, pids: 64})).status, 200);
	t.like(await person.post(`/workspaces/${id}/start`), exceeded({quota: 'cpus', used: 0, wanted: 2}));
	// Growing smaller is never refused.
	await allow(person, {cpus: 0});
	t.is((await grow({cpus: 0.5, memoryMiB: 512, pids: 64})).status, 200);
});

test('disk: what workspaces may hold, running or not, or what they hold where they have no limit', async t => {
	const person = await someone({diskMiB: 1000});
	const id = await made(person, {resources: {...small, diskMiB: 800}});
	const refused = await create(person, {resources: {...small, diskMiB: 300}});
	t.like(refused, exceeded({quota: 'diskMiB', limit: 1000, used: 800, wanted: 300}));
	t.like(refused.body.errors, [{path: 'resources.diskMiB', code: 'QUOTA_EXCEEDED'}]);
	const limit = (diskMiB: number | null) => person.send('PATCH', `/workspaces/${id}`, {resources: {diskMiB}});
	t.like(await limit(1001), exceeded({quota: 'diskMiB', used: 800, wanted: 201}));
	t.is((await limit(1000)).status, 200);
	await person.command(id, 'stop');
	t.is((await usedBy(person)).diskMiB, 1000);
	t.is((await limit(null)).status, 200);
	t.is((await usedBy(person)).diskMiB, 0);
	await product.services.orm.em.fork().execute('update workspace set disk_used_mib = 900 where id = ?', [id]);
	t.is((await usedBy(person)).diskMiB, 900);
	t.like(await create(person, {resources: {...small, diskMiB: 300}}), exceeded({quota: 'diskMiB', used: 900}));
});

test('when something is expected to free is said: the earliest end of a time to live, or of idleness', async t => {
	const person = await someone({workspaces: 2, runningWorkspaces: 2});
	const mortal = await made(person, {ttlMinutes: 60});
	await made(person, {autostopMinutes: 30});
	const {params} = (await create(person)).body;
	const deletesAt = Date.parse((await person.workspace(mortal)).createdAt) + 60 * 60_000;
	t.is(Date.parse(params.freesAt), deletesAt);
	await allow(person, {runningWorkspaces: 2});
	const running = (await create(person)).body.params;
	const minutes = (Date.parse(running.freesAt) - Date.now()) / 60_000;
	t.true(minutes > 28 && minutes <= 30, String(minutes));
});

test('jobs: as many as there may be, in all workspaces together', async t => {
	const person = await people.person();
	const [one, two] = [await made(person), await made(person)];
	const job = (workspaceId: string) =>
		person.post('/automation/jobs', {workspaceId, name: `j-${randomUUID()}`, ...command, trigger: {kind: 'manual'}});
	const first = await job(one);
	for (const id of [one, two]) t.is((await job(id)).status, 201);
	t.like(await job(two), exceeded({quota: 'jobs', limit: 3, used: 3, wanted: 1, freesAt: null}));
	await person.send('DELETE', `/automation/jobs/${first.body.id}`);
	t.is((await job(two)).status, 201);
});

test('a workspace in a team counts for the team, and not for whoever made it', async t => {
	const person = await someone({workspaces: 0});
	const teamId = await people.team([[person, 'member']]);
	t.is((await create(person, {teamId})).status, 201);
	t.is((await create(person, {teamId})).status, 201);
	const refused = await create(person, {teamId});
	t.like(refused, exceeded({quota: 'workspaces', limit: 2, used: 2, subject: 'team'}));
	t.is(refused.body.errors[0].path, 'teamId');
	t.like(await create(person), exceeded({quota: 'workspaces', limit: 0, subject: 'user'}));
	await allowTeam(teamId, {workspaces: 3});
	t.is((await create(person, {teamId})).status, 201);
	t.is((await product.get(`/quotas/teams/${teamId}`)).body.used.workspaces, 3);
	t.is((await usedBy(person)).workspaces, 0);
});

test('what moves needs room where it comes to, with all that is in it', async t => {
	const person = await people.person();
	const teamId = await people.team([[person, 'owner']]);
	const id = await made(person);
	await automationOf({...product, ...person} as Installation).create(id, command);
	const move = () => moverOf(product)(id, teamId);
	for (const [limits, quota] of [
		[{workspaces: 0}, 'workspaces'],
		[{runningWorkspaces: 0}, 'runningWorkspaces'],
		[{memoryMiB: 256}, 'memoryMiB'],
		[{jobs: 0}, 'jobs'],
	] as const) {
		await allowTeam(teamId, limits);
		const error = await t.throwsAsync(move(), {message: 'QUOTA_EXCEEDED'});
		t.like(error, {params: {quota}});
	}
	t.is((await usedBy(person)).workspaces, 1);
	await allowTeam(teamId, {workspaces: 1, jobs: 1});
	await move();
	t.like(await usedBy(person), {workspaces: 0, jobs: 0});
	t.like((await product.get(`/quotas/teams/${teamId}`)).body.used, {workspaces: 1, jobs: 1, cpus: 0.5});
	// What stays where it is needs none.
	await allowTeam(teamId, {workspaces: 0});
	await t.notThrowsAsync(move());
});

test.serial('executions: refused to whoever asks, skipped with the reason where nobody waits', async t => {
	const person = await someone({concurrentExecutions: 1});
	const id = await made(person);
	const automation = automationOf({...product, ...person} as Installation);
	const [long, other] = [
		await automation.create(id, {kind: 'command', command: ['sleep', '60'], policy: {overlap: 'allowAll'}}),
		await automation.create(id, {
			...command,
			trigger: {kind: 'interval', everySeconds: 3600},
			policy: {overlap: 'allowAll'},
		}),
	];
	await withoutWorkers(t);
	const running = (await person.post(`/automation/jobs/${long.id}/run`)).body;
	t.like(
		await person.post(`/automation/jobs/${other.id}/run`),
		exceeded({quota: 'concurrentExecutions', limit: 1, used: 1, wanted: 1}),
	);
	const range = {dryRun: false, from: new Date(Date.now() - 7_200_000).toISOString(), to: new Date().toISOString()};
	t.like(await person.post(`/automation/jobs/${other.id}/backfill`, range), exceeded({quota: 'concurrentExecutions'}));
	t.is((await person.get(`/automation/jobs/${other.id}/executions`)).body.pagination.total, 0);

	await product.services.orm.em
		.fork()
		.execute("update job set covered_until = now() - interval '2 hours' where id = ?", [other.id]);
	await product.services.claims.coverPast();
	const {items} = (await person.get(`/automation/jobs/${other.id}/executions?status=skipped`)).body;
	t.true(items.length >= 1);
	t.like(items[0], {
		status: 'skipped',
		trigger: 'schedule',
		reason: {code: 'quotaExceeded', params: {quota: 'concurrentExecutions', limit: 1, used: 1}},
		message: 'Skipped. The quota "concurrentExecutions" is 1, and 1 of it was in use.',
	});
	await product.services.orm.em
		.fork()
		.nativeUpdate(Execution, {id: running.id}, {status: 'cancelled', finishedAt: new Date()});
	t.is((await person.post(`/automation/jobs/${other.id}/run`)).status, 201);
});

test.serial('a run whose workspace may not be started is skipped, and says why', async t => {
	const person = await someone({runningWorkspaces: 1});
	const stopped = await made(person);
	await person.command(stopped, 'stop');
	await made(person);
	const automation = automationOf({...product, ...person} as Installation);
	const run = await automation.run(stopped, {...command, wake: 'startIfStopped'});
	t.like(run, {status: 'skipped', reason: {code: 'quotaExceeded', params: {quota: 'runningWorkspaces', limit: 1}}});
	t.is((await person.workspace(stopped)).status, 'stopped');
});

test.serial('spend: once as much is spent as a day may cost, agents run no more until midnight UTC', async t => {
	const person = await someone({spendPerDayUsd: 1});
	const id = await made(person);
	const automation = automationOf({...product, ...person} as Installation);
	const agent = await automation.create(id, {
		kind: 'agent',
		agent: 'claude-code',
		prompt: 'x',
		policy: {overlap: 'allowAll'},
	});
	const plain = await automation.create(id, {...command, policy: {overlap: 'allowAll'}});
	await withoutWorkers(t);
	const result = {text: null, turns: null, tokens: null, filesChanged: null, diffStat: null};
	const cost = async (costUsd: number, finishedAt: Date | null): Promise<void> => {
		const {id: executionId} = (await person.post(`/automation/jobs/${plain.id}/run`)).body;
		await product.services.orm.em
			.fork()
			.nativeUpdate(
				Execution,
				{id: executionId},
				{result: {...result, costUsd}, status: finishedAt ? ('succeeded' as const) : ('waiting' as const), finishedAt},
			);
	};
	await cost(50, new Date(nextDay(new Date()).getTime() - 86_400_001));
	await cost(0.7, new Date());
	t.is((await usedBy(person)).spendPerDayUsd, 0.7);
	t.is((await person.post(`/automation/jobs/${agent.id}/run`)).status, 201);
	await cost(0.3, null);
	const refused = await person.post(`/automation/jobs/${agent.id}/run`);
	t.like(refused, exceeded({quota: 'spendPerDayUsd', limit: 1, wanted: 0, freesAt: nextDay(new Date()).toISOString()}));
	t.is((await person.post(`/automation/jobs/${plain.id}/run`)).status, 201);
});

test.serial('spend: every attempt of a run counts, also while the next one is still to come', async t => {
	const person = await someone({});
	const id = await made(person);
	const automation = automationOf({...product, ...person} as Installation);
	const job = await automation.create(id, {
		kind: 'agent',
		agent: 'claude-code',
		prompt: 'x',
		retry: {maxAttempts: 2, backoffSeconds: 60},
	});
	await withoutWorkers(t);
	const {id: executionId} = (await person.post(`/automation/jobs/${job.id}/run`)).body;
	const fail = (attempt: number) =>
		product.services.executionJournal.finish(
			{executionId, workspaceId: id, target: '', attempt},
			{
				status: 'failed',
				reason: null,
				isRetryable: true,
				resumes: null,
				exitCode: 1,
				sessionId: null,
				result: {text: null, turns: null, tokens: null, filesChanged: null, diffStat: null, costUsd: 0.25},
			},
			0,
		);
	await fail(1);
	t.like(await automation.execution(executionId), {status: 'waiting', result: {costUsd: 0.25}});
	t.is((await usedBy(person)).spendPerDayUsd, 0.25);
	await fail(2);
	t.like(await automation.execution(executionId), {status: 'failed', result: {costUsd: 0.5}});
	t.is((await usedBy(person)).spendPerDayUsd, 0.5);
});
