// What running workflows have behind them must stay repeatable by the code of today. Recorded with `npm run histories:record`.
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {DeterminismViolationError} from '@temporalio/workflow';
import {historyToJSON} from '@temporalio/common/lib/proto-utils.js';
import {Worker} from '@temporalio/worker';
import test from 'ava';
import * as workflows from '../../workflows/index.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import {workflowBundle} from '../helpers/installation.ts';

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

/** Who recorded it, and where its code was, is nobody's business. */
const withoutMachine = (json: string): string =>
	json.replaceAll(/"(identity|stackTrace)": "(?:[^"\\]|\\.)*"/g, '"$1": ""').replaceAll(/\d+@[\w-]+/g, 'worker');
