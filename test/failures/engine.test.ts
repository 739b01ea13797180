import {setTimeout as pause} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type EngineProxy, startEngineProxy} from '../helpers/engine-proxy.ts';
import {connect} from '../../src/containers/docker/connect.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

const engineHost = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
let proxy: EngineProxy;
let product: Installation;

test.before(async () => {
	proxy = await startEngineProxy(engineHost);
	product = await startInstallation({env: {DOCKER_HOST: proxy.host}});
});
test.after.always(async () => {
	await product?.close();
	await proxy?.close();
});

/** Until the answered function is called, at the end of the test at the latest. */
const engineGoesAway = async (t: ExecutionContext): Promise<() => Promise<void>> => {
	let away = true;
	const comesBack = async () => {
		if (away) await proxy.listen();
		away = false;
	};
	await proxy.stopListening();
	t.teardown(comesBack);
	return comesBack;
};

/** Nothing of the workspace is open in Temporal: it costs nothing. */
const isAtRest = async (id: string): Promise<boolean> => {
	const {status} = await product.services.temporal.client.workflow.getHandle(`workspace-${id}`).describe();
	return status.name === 'COMPLETED';
};

test.serial('a create waits, visibly, for an engine that is stopped, and goes on when it is back', async t => {
	const comesBack = await engineGoesAway(t);
	const {status, body} = await product.post('/workspaces', {name: 'waits'});
	t.is(status, 201);

	const waiting = await product.until('the second attempt', 20, async () => {
		const operation = await product.operation(body.operation.id);
		return (operation.steps[0]?.attempt ?? 0) >= 2 && operation;
	});
	t.is(waiting.status, 'running');
	t.like(waiting.steps[0], {name: 'network', error: {code: 'ENGINE_UNREACHABLE'}});
	t.regex(waiting.message, /step 1 of 4, network\. Attempt \d+ failed/);
	t.is((await product.workspace(body.id)).status, 'creating');
	const health = (await (await fetch(`${product.url}/health`)).json()) as {status: string; containers: string};
	t.like(health, {status: 'degraded', containers: 'unhealthy'});

	await comesBack();
	t.is((await product.ended(body.operation.id, 30)).status, 'succeeded');
	t.is((await product.workspace(body.id)).status, 'running');
});

test.serial(
	'an engine that hangs is named as what is in the way within ten seconds, and all goes on within ten of its return',
	async t => {
		const {id} = await product.create({name: 'hangs'});
		proxy.hang();
		t.teardown(() => proxy.resume());
		const hung = Date.now();
		const restart = (await product.post(`/workspaces/${id}/restart`)).body;
		const create = (await product.post('/workspaces', {name: 'hangs-too'})).body;
		for (const [workspaceId, step] of [
			[id, 'stop'],
			[create.id, 'network'],
		]) {
			const {operation} = await product.until('the step in the way', 20, async () => {
				const {body} = await product.get(`/workspaces/${workspaceId}/explanation`);
				return body.operation?.lastError && body;
			});
			t.like(operation, {step, lastError: {code: 'ENGINE_UNREACHABLE'}, of: null});
		}
		const noticed = Date.now() - hung;
		await pause(Number(process.env['HANG_SECONDS'] ?? 15) * 1000 - noticed);
		proxy.resume();
		const back = Date.now();
		t.is((await product.ended(restart.operationId, 30)).status, 'succeeded');
		t.is((await product.ended(create.operation.id, 30)).status, 'succeeded');
		const went = Date.now() - back;
		t.log(`noticed after ${noticed} ms; done ${went} ms after it went on`);
		t.true(noticed < 11_000, `${noticed} ms`);
		t.true(went < 15_000, `${went} ms`);
	},
);

test.serial('a stop is not called done while the engine does not answer', async t => {
	const {id} = await product.create({name: 'stop-waits'});
	const comesBack = await engineGoesAway(t);
	const {body} = await product.post(`/workspaces/${id}/stop`);
	await product.until('the second attempt', 20, async () => {
		const {steps} = await product.operation(body.operationId);
		return (steps.find(({name}) => name === 'stop')?.attempt ?? 0) >= 2;
	});
	t.is((await product.workspace(id)).status, 'stopping');
	await comesBack();
	t.is((await product.ended(body.operationId, 30)).status, 'succeeded');
	t.like(await product.workspace(id), {status: 'stopped', observed: 'stopped'});
});

test.serial('a delete cancels a create that waits for the engine, and ends when nothing is left', async t => {
	const comesBack = await engineGoesAway(t);
	const create = (await product.post('/workspaces', {name: 'deleted-early'})).body;
	await product.until('the first attempt', 20, async () => (await product.workspace(create.id)).operation?.attempt);
	const {body} = await product.send('DELETE', `/workspaces/${create.id}`);
	await comesBack();
	t.is((await product.ended(body.operationId, 60)).status, 'succeeded');
	t.like(await product.operation(create.operation.id), {status: 'cancelled', supersededBy: body.operationId});
	t.is((await product.get(`/workspaces/${create.id}`)).status, 404);
});

test.serial('a container that dies is noticed within seconds and started again', async t => {
	const {id} = await product.create({name: 'dies'});
	const docker = connect(engineHost);
	const label = [`io.workspace-manager.workspace=${id}`];
	const [container] = await docker.listContainers({filters: {label}});
	const killedAt = Date.now();
	await docker.getContainer(container!.Id).kill();
	await product.until('the end to be noticed', 5, async () => (await product.workspace(id)).observed !== 'running');
	t.log(`noticed after ${Date.now() - killedAt} ms`);
	const repaired = await product.until('the repair', 30, async () => {
		const workspace = await product.workspace(id);
		return workspace.observed === 'running' && workspace.status === 'running' && workspace;
	});
	t.is(repaired.generation, 1);
	const {items} = (await product.get(`/workspaces/${id}/operations`)).body;
	t.like(items[0], {kind: 'start', status: 'succeeded', reason: {code: 'drift'}, requestedBy: null});
});

test.serial('with the restart policy never a container that dies stays dead, and the workspace says so', async t => {
	const {id} = await product.create({name: 'stays-dead', restartPolicy: {mode: 'never'}});
	const docker = connect(engineHost);
	const label = [`io.workspace-manager.workspace=${id}`];
	const [container] = await docker.listContainers({filters: {label}});
	await docker.getContainer(container!.Id).kill();
	const dead = await product.until('the end to be noticed', 10, async () => {
		const workspace = await product.workspace(id);
		return workspace.status === 'error' && workspace;
	});
	t.is(dead.exitCode, 137);
	t.is(dead.reason.code, 'exited');
	await product.until('the mailbox to be at rest', 10, () => isAtRest(id));
	t.is((await product.command(id, 'start')).status, 'succeeded');
});

test.serial('a workspace nobody uses is stopped when its autostop is due', async t => {
	const {id} = await product.create({name: 'idle', autostopMinutes: 1});
	await product.services.orm.em
		.fork()
		.execute(`update workspace set last_activity_at = now() - interval '57 seconds' where id = ?`, [id]);
	await product.send('PATCH', `/workspaces/${id}`, {description: 'look again'});
	const stopped = await product.until('the stop', 20, async () => {
		const workspace = await product.workspace(id);
		return workspace.status === 'stopped' && workspace;
	});
	t.is(stopped.reason.code, 'autostop');
});

test.serial('a workspace is deleted when its time to live is over', async t => {
	const {id} = await product.create({name: 'short-lived', ttlMinutes: 1});
	await product.services.orm.em
		.fork()
		.execute(`update workspace set created_at = now() - interval '58 seconds' where id = ?`, [id]);
	await product.send('PATCH', `/workspaces/${id}`, {description: 'look again'});
	await product.until('the deletion', 30, async () => (await product.get(`/workspaces/${id}`)).status === 404);
	t.pass();
});

test.serial(
	"a stranger in the container's place is not touched, and the workspace says what is in the way",
	async t => {
		const {id} = await product.create({name: 'impostor'});
		const docker = connect(engineHost);
		const [container] = await docker.listContainers({filters: {label: [`io.workspace-manager.workspace=${id}`]}});
		const name = container!.Names[0]!.slice(1);
		await docker.getContainer(container!.Id).remove({force: true});
		const Labels = {'io.workspace-manager.test-run': process.env['TEST_RUN_ID'] ?? 'local'};
		const stranger = await docker.createContainer({Image: container!.ImageID, name, Labels});
		t.teardown(() => stranger.remove({force: true}));
		const workspace = await product.until('the error', 30, async () => {
			const found = await product.workspace(id);
			return found.status === 'error' && found.operation === null && found;
		});
		t.is(workspace.reason.code, 'NAME_TAKEN_BY_STRANGER');
		t.is(workspace.observed, 'absent');
		t.is((await stranger.inspect()).State.Status, 'created');
		t.is((await product.command(id, 'rebuild')).status, 'succeeded');
		t.is((await product.workspace(id)).status, 'running');
	},
);

test.serial('wakes that were lost are made up for by the sweep', async t => {
	const {id} = await product.create({name: 'lost-wake'});
	const em = product.services.orm.em.fork();
	await product.stopWorkers();
	const {body} = await product.post(`/workspaces/${id}/stop`);
	await product.services.waker.settle();
	const {client} = product.services.temporal;
	await client.workflow.getHandle(`workspace-${id}`).terminate('the wake is lost');
	await em.execute(`update operation set created_at = now() - interval '1 minute' where id = ?`, [body.operationId]);
	await product.startWorkers();
	t.is((await product.operation(body.operationId)).status, 'queued');
	t.is(await product.services.sweep.wakeLeftBehind(), 1);
	t.is((await product.ended(body.operationId)).status, 'succeeded');
});
