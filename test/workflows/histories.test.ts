// What running workflows have behind them must stay repeatable by the code of today. Recorded with `npm run histories:record`.
import {once} from 'node:events';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {fileURLToPath} from 'node:url';
import {DeterminismViolationError} from '@temporalio/workflow';
import {historyToJSON} from '@temporalio/common/lib/proto-utils.js';
import {Worker} from '@temporalio/worker';
import test, {type ExecutionContext} from 'ava';
import {Execution} from '../../src/automation/execution.entity.ts';
import * as workflows from '../../workflows/index.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import {startInstallation, workflowBundle} from '../helpers/installation.ts';
import {automationOf} from '../automation/helpers.ts';

type History = Parameters<typeof Worker.runReplayHistory>[1];
interface Recorded {
	name: string;
	history: History;
}

const folder = fileURLToPath(new URL('histories/', import.meta.url));
const isRecording = process.env['RECORD_HISTORIES'] !== undefined;

const recorded = (): Recorded[] =>
	readdirSync(folder).map(file => ({
		name: file.replace(/\.json$/, ''),
		history: JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as History,
	}));

const replay = async ({name, history}: Recorded): Promise<void> =>
	Worker.runReplayHistory({workflowBundle: {codePath: await workflowBundle()}}, history, name);

const testRecorded = isRecording ? test.serial.skip : test.serial;

testRecorded('the code of today repeats every history that was recorded', async t => {
	const histories = recorded();
	t.true(histories.length > 0);
	for (const one of histories) await t.notThrowsAsync(replay(one), one.name);
});

testRecorded('every workflow has a history', t => {
	const names = recorded().map(({name}) => name.split('.')[0]);
	for (const workflow of Object.keys(workflows)) t.true(names.includes(workflow), workflow);
});

testRecorded('a history that the code would not repeat is noticed', async t => {
	const [one] = recorded().filter(({name}) => name.startsWith('startWorkspace'));
	const changed = JSON.stringify(one!.history).replaceAll('"runSteps"', '"runOtherSteps"');
	const error = await t.throwsAsync(replay({name: 'changed', history: JSON.parse(changed) as History}));
	t.true(error instanceof DeterminismViolationError, String(error));
});

test.serial('what workflows do today can be repeated', async t => {
	const product = await startFakeInstallation();
	t.teardown(() => product.close());
	const {client, taskQueue} = product.services.temporal;
	const ofWorkflow = async (name: string, workflowId: string): Promise<Recorded> => {
		await product.until(`the end of ${workflowId}`, 20, async () => {
			const {status} = await client.workflow.getHandle(workflowId).describe();
			return status.name !== 'RUNNING';
		});
		const history = await client.workflow.getHandle(workflowId).fetchHistory();
		return {name, history: JSON.parse(withoutMachine(historyToJSON(history))) as History};
	};

	const histories: Recorded[] = [];
	const add = async (name: string, workflowId: string) => histories.push(await ofWorkflow(name, workflowId));
	const {id, operation} = (
		await product.post('/workspaces', {name: 'recorded', setupScript: 'exit 0', autostopMinutes: 60})
	).body;
	await product.ended(operation.id);
	await add('provisionWorkspace', `create-${operation.id}`);
	for (const [command, workflow] of commands) {
		const {id: operationId} = await product.command(id, command);
		await add(workflow, `${command}-${operationId}`);
	}

	product.fake.hang('ready.apply');
	const restart = (await product.post(`/workspaces/${id}/restart`)).body.operationId;
	await product.until('the step', 10, async () => (await product.workspace(id)).operation?.step === 'ready');
	await product.post(`/operations/${restart}/cancel`);
	await product.ended(restart);
	await add('restartWorkspace.cancelled', `restart-${restart}`);
	product.fake.recover();

	const deletion = (await product.send('DELETE', `/workspaces/${id}`)).body.operationId;
	await product.ended(deletion);
	await add('deleteWorkspace', `delete-${deletion}`);
	// With a timer, children, a cancelled one and a look at the engine behind it.
	await add('workspace', `workspace-${id}`);
	await client.workflow.execute('sweep', {taskQueue, workflowId: `sweep-recorded-${id}`});
	await add('sweep', `sweep-recorded-${id}`);
	for (const [name, workflowId] of await runJobs(t)) await add(name, workflowId);

	for (const one of histories) await t.notThrowsAsync(replay(one), one.name);
	if (!isRecording) return;
	mkdirSync(folder, {recursive: true});
	const day = new Date().toISOString().slice(0, 10);
	for (const {name, history} of histories) {
		writeFileSync(`${folder}${name}.${day}.json`, `${JSON.stringify(history, null, '\t')}\n`);
	}
});

const commands = [
	['bootstrap', 'bootstrapWorkspace'],
	['stop', 'stopWorkspace'],
	['start', 'startWorkspace'],
	['restart', 'restartWorkspace'],
	['rebuild', 'rebuildWorkspace'],
] as const;

/** Runs of jobs need a container that really runs something. Answers the names of their workflows. */
const runJobs = async (t: ExecutionContext): Promise<[name: string, workflowId: string][]> => {
	const product = await startInstallation({
		env: {SECRET_KEY: 'a key that only these tests know of', JOB_MINIMUM_SECONDS: '1'},
	});
	t.teardown(() => product.close());
	const automation = automationOf(product);
	const {id} = await product.create({name: 'recorded-runs'});
	const workflowOf = async (executionId: string) =>
		(await product.services.orm.em.fork().findOneOrFail(Execution, {id: executionId})).workflowId;
	const receiver = createServer((_request, response) => void response.end());
	t.teardown(() => receiver.close());
	await once(receiver.listen(0, '127.0.0.1'), 'listening');
	const {port} = receiver.address() as AddressInfo;
	const notifications = {webhookUrl: `http://127.0.0.1:${port}/`, on: ['succeeded']};
	const done = await automation.run(id, {kind: 'command', command: ['true'], notifications});
	const [notification] = (await product.get(`/automation/executions/${done.id}/notifications`)).body.items;

	const cancelled = await automation.begin(id, {kind: 'command', command: ['sleep', '60']});
	await product.until('its start', 10, async () => (await automation.execution(cancelled.id)).status === 'running');
	await product.post(`/automation/executions/${cancelled.id}/cancel`);
	await automation.ended(cancelled.id);

	const retry = {maxAttempts: 2, backoffSeconds: 1};
	const trigger = {kind: 'interval', everySeconds: 2};
	const job = await automation.create(id, {kind: 'command', command: ['true'], trigger, retry});
	const planned = await product.until('a planned run', 20, async () => {
		const {body} = await product.get(`/automation/jobs/${job.id}/executions?status=succeeded`);
		return body.items[0] ?? null;
	});
	await product.send('DELETE', `/automation/jobs/${job.id}`);
	return [
		['executeJob', await workflowOf(done.id)],
		['executeJob.cancelled', await workflowOf(cancelled.id)],
		['executeJob.planned', await workflowOf(planned.id)],
		['deliverNotification', `notification-${notification.id}`],
	];
};

/** Who recorded it, and where its code was, is nobody's business. */
const withoutMachine = (json: string): string =>
	json.replaceAll(/"(identity|stackTrace)": "(?:[^"\\]|\\.)*"/g, '"$1": ""').replaceAll(/\d+@[\w-]+/g, 'worker');
