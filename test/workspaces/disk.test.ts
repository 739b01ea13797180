// What a workspace holds on disk is known, counted and bounded. The engine's figures and the time are the test's.
import test from 'ava';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation({withoutWatcher: true});
	// Only the sweeps of these tests.
	const {client, taskQueue} = product.services.temporal;
	await client.schedule.getHandle(`sweep-${taskQueue}`).pause();
});
test.after.always(() => product?.close());

const sql = (query: string, id: string) => product.services.orm.em.fork().execute(query, [id]);
/** A sweep, ten minutes after the last one, that finds so much. */
const sweepFinding = async (id: string, mebibytes: number) => {
	product.fake.engine.diskMiB.set(id, mebibytes);
	await sql(
		"update workspace set created_at = created_at - interval '10 minutes', disk_measured_at = disk_measured_at - interval '10 minutes' where id = ?",
		id,
	);
	const context = {signal: new AbortController().signal, progress() {}};
	await product.services.targetSweep.sweep(product.services.config.containerTarget, context);
	return product.workspace(id);
};
const quarterOfAnHour = (id: string) =>
	sql("update workspace set disk_exceeded_at = disk_exceeded_at - interval '16 minutes' where id = ?", id);
const codesOf = async (id: string): Promise<string[]> =>
	(await product.get(`/workspaces/${id}/activity?pageSize=100`)).body.items.map(({code}: {code: string}) => code);

test.serial(
	'a workspace that holds too much is told, stopped a quarter of an hour later, and has as long after each start',
	async t => {
		const {id, disk} = await product.create({name: 'full', resources: {cpus: 1, memoryMiB: 512, diskMiB: 100}});
		t.deepEqual(disk, {usedMiB: null, measuredAt: null, exceededSince: null, stopsAt: null});
		t.like((await sweepFinding(id, 100)).disk, {usedMiB: 100, exceededSince: null, stopsAt: null});

		const told = await sweepFinding(id, 101);
		t.is(told.status, 'running');
		t.truthy(told.disk.exceededSince);
		t.is(Date.parse(told.disk.stopsAt!) - Date.parse(told.disk.exceededSince!), 15 * 60_000);
		t.true((await codesOf(id)).includes('diskExceeded'));
		const {next, sentences} = (await product.get(`/workspaces/${id}/explanation`)).body;
		t.like(next, [{action: 'stop', at: told.disk.stopsAt, cause: 'diskLimit'}]);
		t.regex(sentences.at(-1), /holds less on disk/);
		t.is((await sweepFinding(id, 102)).disk.exceededSince, told.disk.exceededSince);

		await quarterOfAnHour(id);
		await sweepFinding(id, 102);
		const stopped = await product.until('its stop', 30, async () => {
			const found = await product.workspace(id);
			return found.status === 'stopped' && found;
		});
		t.deepEqual(stopped.reason, {code: 'diskLimit', params: {usedMiB: 102, limitMiB: 100}});
		t.is(stopped.disk.stopsAt, null);

		await product.command(id, 'start');
		t.is((await product.workspace(id)).disk.exceededSince, null);
		const again = await sweepFinding(id, 102);
		t.is(again.status, 'running');
		t.truthy(again.disk.stopsAt);

		t.like((await sweepFinding(id, 99)).disk, {usedMiB: 99, exceededSince: null, stopsAt: null});
		t.true((await codesOf(id)).includes('diskWithinLimit'));
	},
);

test.serial('without a limit a workspace is measured, and never stopped for it', async t => {
	const {id} = await product.create({name: 'free'});
	t.like((await sweepFinding(id, 1_000_000)).disk, {usedMiB: 1_000_000, exceededSince: null});
	t.is((await product.send('PATCH', `/workspaces/${id}`, {resources: {diskMiB: 500}})).status, 200);
	t.truthy((await sweepFinding(id, 1_000_000)).disk.exceededSince);
	t.is((await product.send('PATCH', `/workspaces/${id}`, {resources: {diskMiB: null}})).status, 200);
	t.is((await sweepFinding(id, 1_000_000)).disk.exceededSince, null);
});

test.serial('an engine that cannot say what is held keeps no sweep from its end', async t => {
	const {id} = await product.create({name: 'unknown'});
	product.fake.failNext('diskUsage', 'before', new Error('no'));
	t.is((await sweepFinding(id, 5)).disk.usedMiB, null);
	t.is((await sweepFinding(id, 5)).disk.usedMiB, 5);
});
