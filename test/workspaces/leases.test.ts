import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation();
});
test.after.always(async () => product?.close());

const sql = (query: string, params: unknown[]) => product.services.orm.em.fork().execute(query, params as never[]);

/** As if it had not been used for so long. */
const idleFor = async (id: string, seconds: number): Promise<void> => {
	await sql(`update workspace set last_activity_at = now() - ? * interval '1 second' where id = ?`, [seconds, id]);
	// Whoever waits for it looks again.
	await product.send('PATCH', `/workspaces/${id}`, {description: `idle for ${seconds} s`});
};
const keepalive = (id: string, minutes: unknown) => product.post(`/workspaces/${id}/keepalive`, {minutes});
const stopped = (id: string, seconds: number) =>
	product.until('the stop', seconds, async () => (await product.workspace(id)).status === 'stopped');

test('autostop comes when it was said to, to a second or two', async t => {
	const {id} = await product.create({name: 'idle', autostopMinutes: 1});
	await idleFor(id, 55);
	const {stopsAt, keptUpBy} = await product.workspace(id);
	t.is(keptUpBy, null);
	await stopped(id, 20);
	const late = Date.now() - Date.parse(stopsAt!);
	t.true(late > -100 && late < 2000, `${late} ms late`);
	t.like(await product.workspace(id), {desired: 'stopped', stopsAt: null, reason: {code: 'autostop'}});
});

test('a workspace that is kept alive is stopped when that ends, and not before', async t => {
	const {id} = await product.create({name: 'kept', autostopMinutes: 1});
	const kept = await keepalive(id, 30);
	t.is(kept.status, 200);
	t.is(kept.body.keptUpBy, 'keepalive');
	t.true(Math.abs(Date.parse(kept.body.stopsAt) - Date.now() - 30 * 60_000) < 5000);
	await idleFor(id, 3600);
	await pause(1500);
	t.like(await product.workspace(id), {status: 'running', desired: 'running', stopsAt: kept.body.stopsAt});
	const {next} = (await product.get(`/workspaces/${id}/explanation`)).body;
	t.deepEqual(next, [{action: 'stop', at: kept.body.stopsAt, cause: 'lease', holder: 'keepalive'}]);

	await sql(`update lease set expires_at = now() + interval '1 second' where workspace_id = ?`, [id]);
	await idleFor(id, 3600);
	await stopped(id, 10);
	t.pass();
});

test('a shorter keepalive replaces a longer one', async t => {
	const {id} = await product.create({name: 'shorter', autostopMinutes: 1});
	await keepalive(id, 600);
	const {body} = await keepalive(id, 5);
	t.true(Date.parse(body.stopsAt) < Date.now() + 6 * 60_000);
});

test('a command that runs keeps its workspace up, and autostop counts from its end', async t => {
	const {id} = await product.create({name: 'busy', autostopMinutes: 1});
	const command = product.post(`/workspaces/${id}/exec`, {command: ['sleep', '4']});
	const leases = () => sql('select 1 from lease where workspace_id = ?', [id]);
	await product.until('the lease', 5, async () => (await leases()).length === 1);
	await idleFor(id, 3600);
	t.like(await product.workspace(id), {status: 'running', keptUpBy: 'exec'});
	t.is((await command).body.exitCode, 0);
	const after = await product.workspace(id);
	t.like(after, {status: 'running', keptUpBy: null});
	t.true(Math.abs(Date.parse(after.stopsAt!) - Date.now() - 60_000) < 2000);
});

test('a holder that died keeps nothing up for longer than its lease', async t => {
	const {id} = await product.create({name: 'dead-holder', autostopMinutes: 1});
	await sql(
		`insert into lease (workspace_id, holder, expires_at) values (?, 'exec:gone', now() + interval '3 seconds')`,
		[id],
	);
	await idleFor(id, 3600);
	t.is((await product.workspace(id)).keptUpBy, 'exec');
	await stopped(id, 10);
	await product.services.leases.removeExpired();
	t.deepEqual(await sql('select 1 from lease where workspace_id = ?', [id]), []);
});

test('whoever keeps a workspace up is told when somebody stops it', async t => {
	const {id} = await product.create({name: 'told'});
	await keepalive(id, 60);
	t.is((await product.command(id, 'stop')).status, 'succeeded');
	const {items} = (await product.get(`/workspaces/${id}/activity?pageSize=100`)).body;
	t.like(
		items.find(({code}: {code: string}) => code === 'leasesEnded'),
		{params: {holders: 'keepalive'}, message: 'Told to end: keepalive.'},
	);
	t.is((await product.workspace(id)).keptUpBy, null);
	t.deepEqual(await sql('select 1 from lease where workspace_id = ?', [id]), []);
});

test('only what runs can be kept alive, and for a sensible time', async t => {
	const {id} = await product.create({name: 'not-running'});
	for (const minutes of [0, -1, 1.5, 10_081, 'x', null]) t.is((await keepalive(id, minutes)).status, 422);
	await product.command(id, 'stop');
	t.is((await keepalive(id, 5)).body.code, 'WORKSPACE_NOT_RUNNING');
});

test('using a workspace is no change that anyone must read first', async t => {
	const {id, revision} = await product.create({name: 'used'});
	await product.post(`/workspaces/${id}/exec`, {command: ['true']});
	t.is((await product.workspace(id)).revision, revision);
});
