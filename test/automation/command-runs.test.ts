// Commands that run in real containers, by hand and by their time.
import test from 'ava';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {automationOf} from './helpers.ts';

let product: Installation;
let automation: ReturnType<typeof automationOf>;
let workspaceId: string;
test.before(async () => {
	product = await startInstallation({env: {JOB_MINIMUM_SECONDS: '1'}});
	automation = automationOf(product);
	({id: workspaceId} = await product.create({name: 'runs'}));
});
test.after.always(() => product?.close());

const shell = (script: string) => ({kind: 'command', command: ['sh', '-c', script]});

test.serial('a command runs, and its output, exit code and changes are kept', async t => {
	await product.post(`/workspaces/${workspaceId}/exec`, {
		command: ['sh', '-c', 'git init -q && echo one > kept.txt && echo old > changed.txt'],
	});
	const job = await automation.create(
		workspaceId,
		shell('echo out; echo err >&2; echo new > changed.txt; echo x > added.txt'),
	);
	const {body, status} = await product.post(`/automation/jobs/${job.id}/run`);
	t.is(status, 201);
	const ended = await automation.ended(body.id);
	t.like(ended, {status: 'succeeded', exitCode: 0, trigger: 'manual', attempt: 1, reason: null});
	t.is(await automation.output(body.id), 'out\nerr\n');
	t.deepEqual(ended.result?.filesChanged, [
		{path: 'added.txt', added: 1, removed: 0},
		{path: 'changed.txt', added: 1, removed: 1},
	]);
	t.regex(ended.result?.diffStat ?? '', /2 files changed/);
	const {stdout} = (await product.post(`/workspaces/${workspaceId}/exec`, {command: ['git', 'status', '--short']}))
		.body;
	t.is(stdout, '?? added.txt\n?? changed.txt\n?? kept.txt\n', 'the index is as it was');
});

test.serial('a command that fails has failed, with its exit code', async t => {
	const ended = await automation.run(workspaceId, shell('exit 7'));
	t.like(ended, {status: 'failed', exitCode: 7, reason: {code: 'EXITED', params: {exitCode: 7}}});
});

test.serial('a command that takes too long is ended, with everything that it started', async t => {
	const ended = await automation.run(workspaceId, {...shell('setsid sleep 300 & sleep 300'), timeoutSeconds: 1});
	t.like(ended, {status: 'timedOut', reason: {code: 'TIMED_OUT', params: {seconds: 1}}});
	t.is(await automation.processes(workspaceId, 'sleep 300'), 0);
});

test.serial('a run that is cancelled has ended when it says so', async t => {
	const execution = await automation.begin(workspaceId, shell('echo begun; setsid sleep 301 & sleep 301'));
	await product.until('its output', 10, async () => (await automation.output(execution.id)) === 'begun\n');
	const {status, body} = await product.post(`/automation/executions/${execution.id}/cancel`);
	t.is(status, 202);
	t.true(body.cancelRequested);
	const ended = await automation.ended(execution.id);
	t.like(ended, {status: 'cancelled', reason: {code: 'user'}});
	t.is(await automation.processes(workspaceId, 'sleep 301'), 0);
	t.is((await product.post(`/automation/executions/${execution.id}/cancel`)).body.code, 'EXECUTION_ENDED');
});

test.serial('output is followed live, from any offset, and ends with the run', async t => {
	const execution = await automation.begin(workspaceId, shell('for n in 1 2 3 4 5; do echo $n; sleep 0.3; done'));
	let text = '';
	for await (const data of automation.follow(execution.id)) text += data.text;
	t.is(text, '1\n2\n3\n4\n5\n');
	let rest = '';
	for await (const data of automation.follow(execution.id, 4)) rest += data.text;
	t.is(rest, '3\n4\n5\n');
});

test.serial('a worker that dies in the middle loses no output and starts nothing twice', async t => {
	const execution = await automation.begin(
		workspaceId,
		shell('echo begun >> starts; for n in $(seq 1 40); do echo line $n; sleep 0.1; done'),
	);
	await product.until('some output', 10, async () => (await automation.output(execution.id)).includes('line 5'));
	await product.stopWorkers();
	await product.startWorkers();
	const ended = await automation.ended(execution.id);
	t.is(ended.status, 'succeeded');
	t.is(await automation.output(execution.id), Array.from({length: 40}, (_, index) => `line ${index + 1}\n`).join(''));
	const {stdout} = (await product.post(`/workspaces/${workspaceId}/exec`, {command: ['cat', 'starts']})).body;
	t.is(stdout, 'begun\n');
});

test.serial('while a run is under way another one of the job is skipped, and says why', async t => {
	const job = await automation.create(workspaceId, shell('sleep 3'));
	const first = (await product.post(`/automation/jobs/${job.id}/run`)).body;
	const second = (await product.post(`/automation/jobs/${job.id}/run`)).body;
	t.like(second, {status: 'skipped', reason: {code: 'overlap', params: {executionId: first.id}}});
	t.is((await automation.ended(first.id)).status, 'succeeded');
});

test.serial('a job that is due every few seconds runs, once for each time', async t => {
	const job = await automation.create(workspaceId, {
		...shell('date +%s'),
		trigger: {kind: 'interval', everySeconds: 2},
	});
	await product.until('three runs', 20, async () => {
		const {body} = await product.get(`/automation/jobs/${job.id}/executions?status=succeeded`);
		return body.pagination.total >= 3;
	});
	t.is((await product.post(`/automation/jobs/${job.id}/pause`, {note: 'enough'})).body.status, 'paused');
	const {body} = await product.get(`/automation/jobs/${job.id}/executions?sort=createdAt`);
	const times = body.items.map((item: {nominalTime: string}) => Date.parse(item.nominalTime));
	t.true(times.every((time: number) => time % 2000 === 0));
	t.is(new Set(times).size, times.length);
});

test.serial('a command reads what its webhook was called with', async t => {
	const job = await automation.create(workspaceId, {
		...shell('cat "$WEBHOOK_PAYLOAD_FILE"'),
		trigger: {kind: 'webhook'},
	});
	const payload = {ref: 'main', by: "O'Brien", text: '繁體\n%s $HOME `id`'};
	const ended = await automation.ended((await automation.call(job.id, payload)).id);
	t.like(ended, {status: 'succeeded', trigger: 'webhook'});
	t.deepEqual(JSON.parse(await automation.output(ended.id)), payload);
});

test.serial(
	'a run that takes more memory than there is has failed for that, and nothing else in the workspace has',
	async t => {
		const {id} = await product.create({name: 'small', resources: {cpus: 1, memoryMiB: 128, pids: 128}});
		const bornAt = async (): Promise<string> =>
			(await product.post(`/workspaces/${id}/exec`, {command: ['cut', '-d', ' ', '-f', '22', '/proc/1/stat']})).body
				.stdout;
		const born = await bornAt();
		const ended = await automation.run(id, {
			kind: 'command',
			command: ['node', '-e', 'console.log("begun"); const held = []; for (;;) held.push(Buffer.alloc(1e6, 1));'],
		});
		t.like(ended, {status: 'failed', exitCode: 137, reason: {code: 'OUT_OF_MEMORY', params: {exitCode: 137}}});
		t.is(await automation.output(ended.id), 'begun\n');
		t.is(await automation.left(id, ended.id), 0);
		t.is(await bornAt(), born, 'its container is the same');
	},
);

test.serial('a stopped workspace is started for a run, and stopped again', async t => {
	await product.command(workspaceId, 'stop');
	const ended = await automation.run(workspaceId, shell('echo hello'));
	t.is(ended.status, 'succeeded');
	await product.until('the stop', 20, async () => (await product.workspace(workspaceId)).status === 'stopped');
	const skipped = await automation.run(workspaceId, {...shell('echo hello'), wake: 'skipIfStopped'});
	t.like(skipped, {status: 'skipped', reason: {code: 'workspaceStopped'}});
	await product.command(workspaceId, 'start');
});

test.serial('of a run whose container is killed in the middle nobody knows how it ended', async t => {
	const execution = await automation.begin(workspaceId, shell('echo begun; sleep 300'));
	await product.until('its output', 10, async () => (await automation.output(execution.id)) === 'begun\n');
	await automation.killContainer(workspaceId);
	t.like(await automation.ended(execution.id), {status: 'unknown', reason: {code: 'RUN_LOST'}});
});

const supervisorOf = '$(sed "s/pid=\\([0-9]*\\).*/\\1/" ~/.local/state/workspace-manager/runs/$AGENT_RUN_ID/started)';
const losses = [
	'rm -rf ~/.local',
	`kill -KILL ${supervisorOf}`,
	'rm -rf ~/.local/state/workspace-manager/runs/$AGENT_RUN_ID',
];
for (const [index, loss] of losses.entries()) {
	test.serial(`a run that nobody watches over any more is over when nothing of it is left: ${loss}`, async t => {
		const seconds = 771 + index;
		const children = `setsid sleep ${seconds} & env -i setsid sleep ${seconds} & (setsid sh -c "sleep ${seconds} &" &)`;
		const execution = await automation.begin(
			workspaceId,
			shell(`${children}; echo begun; sleep 0.$(($$ % 10)); ${loss}; sleep ${seconds}; sleep ${seconds}`),
		);
		t.like(await automation.ended(execution.id), {status: 'unknown', reason: {code: 'RUN_LOST'}});
		t.is(await automation.processes(workspaceId, `sleep ${seconds}`), 0);
		t.is((await automation.run(workspaceId, shell('echo hello'))).status, 'succeeded', 'the next one runs');
	});
}

test.serial('a run that cannot be ended stays under way, says why, and keeps the next of its job out', async t => {
	const {runtime} = product.services;
	const {exec} = runtime;
	runtime.exec = (id, command, signal) =>
		command.command.includes('clear')
			? exec(id, {...command, command: ['echo', 'cleared left=2'], stdin: undefined}, signal)
			: exec(id, command, signal);
	t.teardown(() => void (runtime.exec = exec));
	const job = await automation.create(workspaceId, {...shell('true'), policy: {overlap: 'skip'}});
	const run = async () => (await product.post(`/automation/jobs/${job.id}/run`)).body;
	const execution = await run();
	const stuck = await product.until('its reason', 30, async () => {
		const found = await automation.execution(execution.id);
		return found.reason !== null && found;
	});
	t.like(stuck, {status: 'running', finishedAt: null, reason: {code: 'RUN_NOT_ENDED', params: {processes: 2}}});
	t.regex(stuck.message, /2 of its processes cannot be ended/);
	t.like(await run(), {status: 'skipped', reason: {code: 'overlap'}});
	runtime.exec = exec;
	t.like(await automation.ended(execution.id), {status: 'succeeded', reason: null});
});

test.serial('a restart in the middle is what the run was cancelled by', async t => {
	const execution = await automation.begin(workspaceId, shell('echo begun; sleep 300'));
	await product.until('its output', 10, async () => (await automation.output(execution.id)) === 'begun\n');
	await product.command(workspaceId, 'restart');
	t.like(await automation.ended(execution.id), {status: 'cancelled', reason: {code: 'workspaceStopping'}});
});

test.serial('with its workspace the runs and the jobs end', async t => {
	const execution = await automation.begin(workspaceId, shell('sleep 300'));
	await product.until('its start', 10, async () => (await automation.execution(execution.id)).status === 'running');
	const {body} = await product.send('DELETE', `/workspaces/${workspaceId}`);
	await product.ended(body.operationId);
	t.like(await automation.ended(execution.id), {status: 'cancelled', reason: {code: 'workspaceDeleting'}});
	t.is((await product.get(`/automation/jobs?workspaceId=${workspaceId}`)).body.pagination.total, 0);
});
