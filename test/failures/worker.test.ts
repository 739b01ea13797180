import test from 'ava';
import {connect} from '../../src/containers/docker/connect.ts';
import {MAIN_QUEUE} from '../../src/workspaces/workspace.contract.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {startWorkerProcess, type WorkerProcess} from '../helpers/worker-process.ts';

let product: Installation;
let worker: WorkerProcess;

test.before(async () => {
	product = await startInstallation({withoutWorkers: true, taskQueue: MAIN_QUEUE});
	worker = await startWorkerProcess(product.env);
});
test.after.always(async () => {
	await product?.removeWorkspaces();
	await worker?.stop();
	await product?.close();
});

const objectsOf = async (id: string) => {
	const docker = connect(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
	const filters = {label: [`io.workspace-manager.workspace=${id}`]};
	const [containers, networks, {Volumes: volumes}] = await Promise.all([
		docker.listContainers({all: true, filters}),
		docker.listNetworks({filters}),
		docker.listVolumes({filters}),
	]);
	return {containers: containers.length, networks: networks.length, volumes: volumes?.length ?? 0};
};

/** Kills the worker as soon as the step is being tried, and starts another. */
const killAt = async (id: string, step: string): Promise<void> => {
	const stop = new AbortController();
	for await (const event of product.events(id, '0', stop.signal)) {
		if (event.code === 'stepRunning' && event.params['step'] === step) break;
	}
	stop.abort();
	await worker.kill();
	worker = await startWorkerProcess(product.env);
};

for (const step of ['network', 'volume', 'container', 'ready', 'setup']) {
	test.serial(`a worker killed at the step ${step} of a create costs nothing but time`, async t => {
		t.timeout(120_000);
		const setupScript = 'echo once >> count; sleep 1';
		const {body} = await product.post('/workspaces', {name: `killed-at-${step}`, setupScript});
		await killAt(body.id, step);
		const operation = await product.ended(body.operation.id, 60);
		t.is(operation.status, 'succeeded');
		const workspace = await product.workspace(body.id);
		t.is(workspace.status, 'running');
		t.is(workspace.observed, 'running');
		t.deepEqual(await objectsOf(body.id), {containers: 1, networks: 1, volumes: 2});
		const {stdout} = (await product.post(`/workspaces/${body.id}/exec`, {command: ['cat', 'count']})).body;
		t.is(stdout, 'once\n');
	});
}

test.serial('a worker killed while it deletes leaves nothing behind', async t => {
	const {id} = await product.create({name: 'killed-while-deleting'});
	const {body} = await product.send('DELETE', `/workspaces/${id}`);
	await killAt(id, 'container');
	t.is((await product.ended(body.operationId, 60)).status, 'succeeded');
	t.deepEqual(await objectsOf(id), {containers: 0, networks: 0, volumes: 0});
});

test.serial('commands are accepted while no worker is there, and done when one is', async t => {
	await worker.stop();
	const started = performance.now();
	const answers = await Promise.all(
		Array.from({length: 4}, (_, index) => product.post('/workspaces', {name: `accepted-${index}`})),
	);
	t.log(`4 creates were accepted in ${Math.round(performance.now() - started)} ms`);
	t.true(answers.every(({status}) => status === 201));
	worker = await startWorkerProcess(product.env);
	for (const {body} of answers) t.is((await product.ended(body.operation.id)).status, 'succeeded');
});

test.serial('a worker that is asked to stop stops cleanly', async t => {
	t.is(await worker.stop(), 0);
	worker = await startWorkerProcess(product.env);
});
