import test from 'ava';
import {connect} from '../../src/containers/docker/connect.ts';
import {type GitServer, startGitServer} from '../helpers/git-server.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let product: Installation;
let repository: GitServer;

test.before(async () => {
	product = await startInstallation();
	repository = await startGitServer();
});
test.after.always(async () => {
	await product?.close();
	await repository?.close();
});

const exec = async (id: string, ...command: string[]): Promise<{exitCode: number; stdout: string; stderr: string}> =>
	(await product.post(`/workspaces/${id}/exec`, {command})).body;

const engineObjects = async (id: string) => {
	const docker = connect(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
	const filters = {label: [`io.workspace-manager.workspace=${id}`]};
	const [containers, networks, {Volumes: volumes}] = await Promise.all([
		docker.listContainers({all: true, filters}),
		docker.listNetworks({filters}),
		docker.listVolumes({filters}),
	]);
	return {containers: containers.length, networks: networks.length, volumes: volumes?.length ?? 0};
};

test('a workspace lives through everything that people do with it, and leaves nothing behind', async t => {
	const created = await product.post('/workspaces', {
		name: 'tour',
		gitUrl: repository.url,
		setupScript: 'echo "set up by $(whoami) with $GREETING" > made-by-setup',
		env: [{key: 'GREETING', value: 'hello'}],
		healthCommand: ['test', '-d', '/workspace'],
	});
	t.is(created.status, 201);
	const {id} = created.body;
	t.is(created.headers.get('location'), `/api/v1/workspaces/${id}`);

	const stop = new AbortController();
	const codes: string[] = [];
	for await (const event of product.events(id, '0', stop.signal)) {
		codes.push(event.code);
		if (event.code === 'operationSucceeded') break;
	}
	t.deepEqual(codes.slice(0, 3), ['operationQueued', 'workspaceStatus', 'operationRunning']);
	t.is(codes.filter(code => code === 'stepDone').length, 6);

	const running = await product.workspace(id);
	t.like((await product.get(`/workspaces/${id}/status`)).body, {
		status: 'running',
		observed: 'running',
		operation: null,
	});
	t.is(running.status, 'running');
	t.is(running.observed, 'running');
	t.is(running.bootstrap.status, 'succeeded');
	t.regex(running.pinnedImage!, /^sha256:/);
	t.is((await exec(id, 'git', 'log', '--format=%s')).stdout, 'First commit\n');
	t.is((await exec(id, 'cat', 'made-by-setup')).stdout, 'set up by developer with hello\n');
	t.regex((await exec(id, 'claude', '--version')).stdout, /Claude Code/);
	t.regex((await exec(id, 'codex', '--version')).stdout, /codex/);
	await exec(id, 'sh', '-c', 'echo mine > /workspace/file; echo home > ~/file; echo layer > /tmp/file');

	t.is((await product.command(id, 'stop')).status, 'succeeded');
	t.is((await product.workspace(id)).observed, 'stopped');
	t.is((await product.post(`/workspaces/${id}/exec`, {command: ['true']})).body.code, 'WORKSPACE_NOT_RUNNING');

	t.is((await product.command(id, 'start')).status, 'succeeded');
	t.is((await exec(id, 'cat', 'file', '/home/developer/file', '/tmp/file')).stdout, 'mine\nhome\nlayer\n');

	t.is((await product.command(id, 'restart')).status, 'succeeded');
	t.is((await exec(id, 'cat', 'file')).stdout, 'mine\n');

	t.is((await product.command(id, 'rebuild')).status, 'succeeded');
	t.is((await product.workspace(id)).generation, 2);
	t.is((await exec(id, 'cat', 'file', '/home/developer/file')).stdout, 'mine\nhome\n');
	t.not((await exec(id, 'cat', '/tmp/file')).exitCode, 0);
	t.deepEqual(await engineObjects(id), {containers: 1, networks: 1, volumes: 2});

	const deletion = await product.send('DELETE', `/workspaces/${id}`);
	t.is(deletion.status, 202);
	t.is((await product.ended(deletion.body.operationId)).status, 'succeeded');
	t.is((await product.get(`/workspaces/${id}`)).status, 404);
	t.deepEqual(await engineObjects(id), {containers: 0, networks: 0, volumes: 0});
	t.is((await product.get('/workspaces?search=tour')).body.pagination.total, 0);
});

test('a branch may be named, and a second checkout leaves the working tree alone', async t => {
	const {id} = await product.create({name: 'branch', gitUrl: repository.url, branch: 'feature'});
	t.is((await exec(id, 'git', 'log', '-1', '--format=%s')).stdout, 'On the branch\n');
	t.is((await exec(id, 'git', 'branch', '--show-current')).stdout, 'feature\n');
	await exec(id, 'sh', '-c', 'echo changed > work-in-progress');
	t.is((await product.command(id, 'bootstrap')).status, 'succeeded');
	t.is((await exec(id, 'cat', 'work-in-progress')).stdout, 'changed\n');
});

test('a set-up script that fails is reported with the end of its output, and can be run again', async t => {
	const failing = await product.create({
		name: 'set-up',
		setupScript: 'echo before; test -e /workspace/mended || { echo the reason; false; }; echo after',
	});
	t.is(failing.status, 'running');
	t.like(failing.bootstrap, {status: 'failed', step: 'setup', exitCode: 1, output: 'before\nthe reason'});

	const again = await product.command(failing.id, 'bootstrap');
	t.is(again.status, 'failed');
	t.is(again.error?.code, 'BOOTSTRAP_FAILED');
	t.is((await product.workspace(failing.id)).status, 'running');

	await exec(failing.id, 'touch', 'mended');
	t.is((await product.command(failing.id, 'bootstrap')).status, 'succeeded');
	t.like((await product.workspace(failing.id)).bootstrap, {status: 'succeeded', output: 'before\nafter'});
});

test('a checkout that fails is reported, and no set-up follows it', async t => {
	const {bootstrap, status} = await product.create({
		name: 'no-repository',
		gitUrl: repository.url.replace('project', 'other'),
		setupScript: 'echo set-up ran',
	});
	t.is(status, 'running');
	t.like(bootstrap, {status: 'failed', step: 'checkout', exitCode: 128});
	t.regex(bootstrap.output!, /not found/);
});

test('changed settings wait for the next start, which makes a new container and keeps the files', async t => {
	const {id} = await product.create({name: 'settings', env: [{key: 'LEVEL', value: 'old'}]});
	await exec(id, 'sh', '-c', 'echo mine > file');
	const changed = await product.send('PATCH', `/workspaces/${id}`, {
		env: [{key: 'LEVEL', value: 'new'}],
		resources: {cpus: 0.5, memoryMiB: 256},
	});
	t.true(changed.body.settingsPending);
	t.is((await exec(id, 'printenv', 'LEVEL')).stdout, 'old\n');

	await product.command(id, 'restart');
	t.is((await exec(id, 'printenv', 'LEVEL')).stdout, 'new\n');
	t.is((await exec(id, 'cat', 'file')).stdout, 'mine\n');
	const after = await product.workspace(id);
	t.false(after.settingsPending);
	t.is(after.generation, 2);
	t.is((await product.get(`/workspaces/${id}/stats`)).body.memoryLimitMiB, 256);
	t.deepEqual(await engineObjects(id), {containers: 1, networks: 1, volumes: 2});
});

test('a workspace whose health command never succeeds is in error, and nothing of it is left', async t => {
	const failed = await product.create({
		name: 'unhealthy',
		healthCommand: ['sh', '-c', 'exit 1'],
		healthTimeoutSeconds: 2,
	});
	t.is(failed.status, 'error');
	t.is(failed.reason.code, 'NOT_READY_IN_TIME');
	t.deepEqual(await engineObjects(failed.id), {containers: 0, networks: 0, volumes: 0});

	await product.send('PATCH', `/workspaces/${failed.id}`, {healthCommand: ['true']});
	t.is((await product.command(failed.id, 'start')).status, 'succeeded');
	t.is((await product.workspace(failed.id)).status, 'running');
});

test('a rebuild that fails gives back what ran before', async t => {
	const {id} = await product.create({name: 'rebuilt'});
	await exec(id, 'sh', '-c', 'echo layer > /tmp/file');
	await product.send('PATCH', `/workspaces/${id}`, {healthCommand: ['false'], healthTimeoutSeconds: 2});
	const rebuild = await product.command(id, 'rebuild');
	t.is(rebuild.status, 'failed');
	t.is(rebuild.error?.code, 'NOT_READY_IN_TIME');
	const after = await product.workspace(id);
	t.is(after.status, 'running');
	t.is(after.generation, 1);
	t.is((await exec(id, 'cat', '/tmp/file')).stdout, 'layer\n');
	t.deepEqual(await engineObjects(id), {containers: 1, networks: 1, volumes: 2});
});

test('logs are text, or events for whoever asks for them', async t => {
	const {id} = await product.create({name: 'logs'});
	await exec(id, 'sh', '-c', 'echo to the log > /proc/1/fd/1');
	t.is((await product.get(`/workspaces/${id}/logs`)).body, 'to the log\n');
	const events = await product.get(`/workspaces/${id}/logs`, {accept: 'text/event-stream'});
	t.regex(events.body, /^event: log\ndata: .*"text":"to the log"/m);
});
