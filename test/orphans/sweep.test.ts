import {randomUUID} from 'node:crypto';
import test from 'ava';
import {addContainer, end, startContainer} from '../fakes/fake-engine.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation({withoutWatcher: true});
});
test.afterEach.always(() => product.fake.recover());
test.after.always(async () => product?.close());

const sql = <Row>(query: string, params: unknown[] = []) =>
	product.services.orm.em.fork().execute<Row[]>(query, params as never[]);
const target = () => product.services.config.containerTarget;
const orphans = async () => (await product.get('/admin/orphans?pageSize=100')).body.items;

/** One sweep, to its end. */
const sweep = async () => {
	const {client, taskQueue} = product.services.temporal;
	const report = await client.workflow.execute('sweep', {taskQueue, workflowId: `sweep-by-hand-${randomUUID()}`});
	return (report as {targets: Record<string, {removed: number; orphans: number; differ: number}>}).targets[target()]!;
};

const engineOf = () => product.fake.engine;
const containerOf = (id: string) => [...engineOf().containers.values()].find(({spec}) => spec?.workspaceId === id)!;
/** Something on the engine that carries the id of a workspace; old enough to be removed. */
const plant = (workspaceId: string, {age = 3600} = {}) => {
	const createdAt = new Date(Date.now() - age * 1000);
	const spec = {...containerOf(living).spec!, workspaceId, generation: 1};
	Object.assign(addContainer(engineOf(), `${workspaceId}-1`, spec), {createdAt});
	engineOf().networks.set(workspaceId, {createdAt});
	engineOf().volumes.set(workspaceId, {createdAt, files: new Map()});
};
const left = (workspaceId: string) => [
	...[...engineOf().containers.values()].filter(({spec}) => spec?.workspaceId === workspaceId).map(() => 'container'),
	...(engineOf().networks.has(workspaceId) ? ['network'] : []),
	...(engineOf().volumes.has(workspaceId) ? ['volume'] : []),
];

let living: string;
test.serial.before(async () => {
	living = (await product.create({name: 'living'})).id;
	// Only the sweeps of these tests: one more between two of them would be one too many.
	const {client, taskQueue} = product.services.temporal;
	await client.schedule.getHandle(`sweep-${taskQueue}`).pause();
});

test.serial('the schedule that sweeps is there, every minute, and never two sweeps at once', async t => {
	const {client, taskQueue} = product.services.temporal;
	const description = await client.schedule.getHandle(`sweep-${taskQueue}`).describe();
	t.deepEqual(
		description.spec.intervals?.map(({every}) => every as number),
		[60_000],
	);
	t.is(description.policies.overlap, 'SKIP');
	t.is(description.policies.catchupWindow, 60_000);
});

test.serial('a container that ends with nobody watching is noticed by the sweep, and repaired', async t => {
	end(engineOf(), containerOf(living), 3);
	t.is((await product.workspace(living)).observed, 'running');
	t.like(await sweep(), {differ: 1, orphans: 0});
	await product.until('the repair', 10, async () => {
		const {items} = (await product.get(`/workspaces/${living}/operations`)).body;
		return items[0].reason.code === 'drift' && items[0].status === 'succeeded';
	});
	t.like(await sweep(), {differ: 0});
	const {seen} = (await product.get(`/workspaces/${living}/explanation`)).body;
	t.true(Date.now() - Date.parse(seen.confirmedAt) < 5000);
});

test.serial(
	'what no workspace owns is reported, and removed by the second sweep, but for files of an unknown one',
	async t => {
		const [unknown, deleted] = [randomUUID(), (await product.create({name: 'deleted'})).id];
		await product.ended((await product.send('DELETE', `/workspaces/${deleted}`)).body.operationId);
		plant(unknown);
		plant(deleted);
		t.like(await sweep(), {orphans: 6, removed: 0});
		const reported = await orphans();
		t.is(reported.length, 6);
		t.true(reported.every(({isRemovable}: {isRemovable: boolean}) => !isRemovable));
		t.like(
			reported.find((one: {type: string; workspaceId: string}) => one.type === 'volume' && one.workspaceId === unknown),
			{reason: 'workspaceUnknown', keptBecause: ['seenOnce', 'filesOfUnknown'], sweeps: 1, target: target()},
		);
		t.like(await sweep(), {orphans: 6, removed: 5});
		t.deepEqual([left(unknown), left(deleted)], [['volume'], []]);
		for (let count = 0; count < 3; count++) t.like(await sweep(), {orphans: 1, removed: 0});
		t.deepEqual(left(unknown), ['volume']);
		engineOf().volumes.delete(unknown);
		t.like(await sweep(), {orphans: 0});
		t.deepEqual(await orphans(), []);
		t.deepEqual(left(living).toSorted(), ['container', 'network', 'volume']);
	},
);

test.serial('a container of another generation goes, the workspace keeps its own', async t => {
	await product.command(living, 'rebuild');
	const spec = {...containerOf(living).spec!, generation: 1};
	Object.assign(addContainer(engineOf(), `${living}-1`, spec), {createdAt: new Date(0)});
	await sweep();
	t.is((await orphans())[0].reason, 'otherGeneration');
	t.is((await orphans())[0].message, 'Its workspace runs another container. Only one sweep has seen it.');
	t.like(await sweep(), {removed: 1});
	t.deepEqual(left(living).toSorted(), ['container', 'network', 'volume']);
	t.like(await product.workspace(living), {status: 'running', generation: 2});
});

test.serial('what is young is left alone: it may be about to belong to somebody', async t => {
	const unknown = randomUUID();
	plant(unknown, {age: 60});
	for (let count = 0; count < 3; count++) t.like(await sweep(), {removed: 0});
	t.deepEqual((await orphans())[0].keptBecause.at(0), 'young');
	for (const type of left(unknown)) t.truthy(type);
	engineOf().containers.delete(`${unknown}-1`);
	engineOf().networks.delete(unknown);
	engineOf().volumes.delete(unknown);
	await sweep();
});

test.serial('a removal by hand says first what it would do, and then does it, ten at a time', async t => {
	const unknown = Array.from({length: 12}, () => randomUUID());
	for (const id of unknown) plant(id);
	for (const id of unknown) engineOf().volumes.delete(id);
	await sweep();
	const early = await product.post('/admin/orphans/removal?dryRun=false');
	t.is(early.status, 200);
	t.like(early.body, {dryRun: false, removed: []});
	t.is(early.body.kept.length, 24);
	await sql('update orphan set sweeps = 2');

	const dry = await product.post('/admin/orphans/removal');
	t.is(dry.status, 200);
	t.like(dry.body, {dryRun: true});
	t.is(dry.body.removed.length, 10);
	t.is(engineOf().containers.size, 13);

	const removal = await product.post('/admin/orphans/removal?dryRun=false');
	t.is(removal.status, 202);
	await product.until('the sweep', 20, async () => engineOf().containers.size === 3);
	await product.until('the report', 10, async () => (await orphans()).length === 14);
	t.is((await product.post('/admin/orphans/removal?dryRun=perhaps')).status, 422);
	t.like(await sweep(), {removed: 10});
	t.like(await sweep(), {removed: 4});
	t.is(engineOf().containers.size, 1);
});

test.serial(
	'while the engine is away nothing is removed, nothing is forgotten, and the rest of the sweep is done',
	async t => {
		const unknown = randomUUID();
		plant(unknown);
		await sweep();
		await sql(
			`insert into lease (workspace_id, holder, expires_at) values (?, 'exec:gone', now() - interval '1 second')`,
			[living],
		);
		product.fake.failNext('list', 'before', new Error('away'));
		t.is((await sweep()) as unknown, 'notReached');
		t.is((await orphans()).length, 3);
		t.deepEqual(await sql('select 1 from lease'), []);
		t.like(await sweep(), {removed: 2});
		engineOf().volumes.delete(unknown);
		await sweep();
	},
);

test.serial('a thousand workspaces at rest cost no open workflow, and a sweep of them takes a moment', async t => {
	const template = containerOf(living).spec!;
	t.teardown(async () => {
		for (const table of ['workspace_event', 'operation']) {
			await sql(`delete from ${table} where workspace_id in (select id from workspace where name like 'rest-%')`);
		}
		await sql(`delete from workspace where name like 'rest-%'`);
	});
	const rows = await sql<{id: string}>(
		`insert into workspace select (jsonb_populate_record(w, jsonb_build_object('id', gen_random_uuid(), 'name', 'rest-' || n))).*
		from workspace w, generate_series(1, 999) n where w.id = ? returning id`,
		[living],
	);
	for (const {id} of rows) {
		const container = addContainer(engineOf(), `${id}-2`, {...template, workspaceId: id});
		startContainer(engineOf(), container);
		engineOf().networks.set(id, {createdAt: new Date()});
		engineOf().volumes.set(id, {createdAt: new Date(), files: new Map()});
	}
	const {client, taskQueue} = product.services.temporal;
	const query = `TaskQueue = "${taskQueue}" and WorkflowType = "workspace" and ExecutionStatus = "Running"`;
	await product.until('rest', 20, async () => (await client.workflow.count(query)).count === 0);
	const times: number[] = [];
	for (let count = 0; count < 5; count++) {
		const started = performance.now();
		t.like(await sweep(), {objects: 3000, differ: 0, orphans: 0});
		times.push(Math.round(performance.now() - started));
	}
	t.log(`sweeps of 1,000 workspaces took ${times.join(', ')} ms`);
	t.true(Math.min(...times) < 2000, times.join(' '));
	t.is((await client.workflow.count(query)).count, 0);

	for (const {id} of rows.slice(0, 20)) end(engineOf(), containerOf(id), 3);
	t.like(await sweep(), {differ: 20});
	await product.until('the repairs', 30, async () => {
		const [{count} = {count: -1}] = await sql<{count: number}>(
			`select count(*)::int as count from workspace where repairs = 1 and observed = 'running' and name like 'rest-%'`,
		);
		return count === 20;
	});
});
