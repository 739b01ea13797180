// Claude Code in real workspaces, against a model that does what it is told.
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {Execution} from '../../src/automation/execution.entity.ts';
import type {ExecutionView} from '../../src/automation/execution.schema.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {runInWorkspace} from '../rigs/model-api/run-in-workspace.ts';
import {type ModelApi, startModelApi} from '../rigs/model-api/start-model-api.ts';
import {automationOf} from './helpers.ts';

const execute = promisify(execFile);
const script = fileURLToPath(new URL('../rigs/model-api/run.ts', import.meta.url));
const CANARY = 'canary-4f1c9d-do-not-show';
let product: Installation;
let automation: ReturnType<typeof automationOf>;
let workspaceId: string;
let modelApi: ModelApi;
test.before(async () => {
	product = await startInstallation({
		env: {SECRET_KEY: 'a key that only these tests know of', JOB_MINIMUM_SECONDS: '1'},
	});
	automation = automationOf(product);
	({id: workspaceId} = await product.create({name: 'agents', resources: {cpus: 2, memoryMiB: 2048, pids: 512}}));
	modelApi = await startModelApi(runInWorkspace(product.url, workspaceId));
	await product.send('PUT', `/workspaces/${workspaceId}/secrets/ANTHROPIC_BASE_URL`, {value: modelApi.url});
	await product.send('PUT', '/users/me/secrets/ANTHROPIC_API_KEY', {value: CANARY});
});
test.after.always(() => product?.close());

const claude = (scenario: string, input: Record<string, unknown> = {}) => ({
	kind: 'agent',
	agent: 'claude-code',
	prompt: `[[scenario:${scenario}]] Do it.`,
	agentOptions: {allowedTools: ['Bash']},
	...input,
});

const inContainer = async (script: string): Promise<string> =>
	(await product.post(`/workspaces/${workspaceId}/exec`, {command: ['sh', '-c', script]})).body.stdout;

test.serial('an agent does what its prompt says, and what it did is told in full', async t => {
	await inContainer('git init -q . 2>&1; true');
	const ended = await automation.run(workspaceId, claude('write'));
	t.like(ended, {status: 'succeeded', exitCode: 0, agent: 'claude-code', reason: null});
	t.truthy(ended.sessionId);
	t.true((ended.result?.filesChanged?.length ?? 0) > 0);
	t.regex(ended.result?.diffStat ?? '', /1 file changed/);
	t.true(ended.result!.turns! > 0);
	t.true(ended.result!.tokens!.input > 0);
	const {items} = (await product.get(`/automation/executions/${ended.id}/transcript`)).body;
	const types = items.map(({type}: {type: string}) => type);
	for (const type of ['toolCall', 'toolResult', 'message']) t.true(types.includes(type), type);
});

test.serial('its key shows nowhere', async t => {
	const ended = await automation.run(workspaceId, claude('write'));
	const em = product.services.orm.em.fork();
	const tables = await em.execute<{name: string}[]>(
		"select tablename as name from pg_tables where schemaname = 'public'",
	);
	for (const {name} of tables) {
		const rows = await em.execute(`select t::text as row from "${name}" t`);
		t.false(JSON.stringify(rows).includes(CANARY), name);
	}
	const {client} = product.services.temporal;
	const {workflowId} = await em.findOneOrFail(Execution, {id: ended.id});
	const history = await client.workflow.getHandle(workflowId).fetchHistory();
	const payloads = JSON.stringify(history, (_key, value: unknown) =>
		value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
	);
	t.true(payloads.includes(ended.id), 'the history can be read like this');
	t.false(payloads.includes(CANARY));
	t.is(await inContainer(`grep -rlF ${CANARY} /home/developer /dev/shm /tmp /workspace 2>/dev/null | wc -l`), '0\n');
});

test.serial('without a key it fails before it begins, and says which key', async t => {
	const ended = await automation.run(workspaceId, {
		...claude('write'),
		agent: 'codex',
		agentOptions: {permissionMode: 'bypassPermissions'},
	});
	t.like(ended, {status: 'failed', startedAt: null, reason: {code: 'AGENT_CREDENTIALS_MISSING'}});
	t.regex(ended.message, /OPENAI_API_KEY/);
});

test.serial('what another try may mend is tried again, and goes on in the same session', async t => {
	const ended = await automation.run(
		workspaceId,
		claude('limitedFourTimes', {retry: {maxAttempts: 3, backoffSeconds: 1}}),
	);
	t.like(ended, {status: 'succeeded', attempt: 2});
});

test.serial('what no other try can mend is not tried again', async t => {
	const ended = await automation.run(workspaceId, claude('e401', {retry: {maxAttempts: 3, backoffSeconds: 1}}));
	t.like(ended, {status: 'failed', attempt: 1, reason: {code: 'AGENT_AUTHENTICATION_FAILED'}});
});

test.serial('an agent that is cancelled in the middle spends nothing any more', async t => {
	const execution = await automation.begin(workspaceId, claude('slowTool'));
	await product.until('its first words', 20, async () => (await automation.output(execution.id)).includes('init'));
	await product.post(`/automation/executions/${execution.id}/cancel`);
	t.like(await automation.ended(execution.id), {status: 'cancelled', reason: {code: 'user'}});
	t.is(await inContainer('pgrep -c -x claude; true'), '0\n');
});

test.serial('a worker that is killed in the middle starts no agent twice', async t => {
	const execution = await automation.begin(workspaceId, claude('slow'));
	await product.until('its first words', 20, async () => (await automation.output(execution.id)).includes('init'));
	await product.stopWorkers();
	await product.startWorkers();
	const ended: ExecutionView = await automation.ended(execution.id);
	t.is(ended.status, 'succeeded');
	const output = await automation.output(execution.id);
	t.is(output.match(/"subtype":"init"/g)?.length, 1);
	t.is(output.match(/"type":"result"/g)?.length, 1);
});

// From here on side by side: they disturb neither the workspace nor the workers.

const nothingIsLeftOf = async ({id}: ExecutionView): Promise<boolean> => (await automation.left(workspaceId, id)) === 0;
const retry = {maxAttempts: 2, backoffSeconds: 2};

test('at its turn limit an agent has failed for good, and is gone', async t => {
	const ended = await automation.run(
		workspaceId,
		claude('loop', {agentOptions: {allowedTools: ['Bash'], maxTurns: 2}, retry}),
	);
	t.like(ended, {status: 'failed', attempt: 1, reason: {code: 'AGENT_TURN_LIMIT'}});
	t.true(await nothingIsLeftOf(ended));
});

test('an agent that has spent its budget has failed for good, says what it cost, and is gone', async t => {
	const ended = await automation.run(
		workspaceId,
		claude('costly', {agentOptions: {allowedTools: ['Bash'], maxBudgetUsd: 1}, retry}),
	);
	t.like(ended, {status: 'failed', attempt: 1, reason: {code: 'AGENT_BUDGET_EXHAUSTED'}});
	t.true(ended.result!.costUsd! > 1);
	t.true(await nothingIsLeftOf(ended));
});

test('while the provider is overloaded a run waits for its next attempt, which goes on in the same session', async t => {
	const {id} = await automation.begin(workspaceId, claude('overloadedFourTimes', {retry}));
	const waiting = await product.until('the first attempt to fail', 60, async () => {
		const found = await automation.execution(id);
		return found.attempt === 2 && found.status === 'waiting' && found;
	});
	t.like(waiting, {finishedAt: null, reason: {code: 'AGENT_OVERLOADED', params: {status: 529}}});
	t.true(await nothingIsLeftOf(waiting));
	const ended = await automation.ended(id);
	t.like(ended, {status: 'succeeded', attempt: 2, reason: null, sessionId: waiting.sessionId});
});

test('a provider that stays overloaded is why a run failed, after as many attempts as its job allows', async t => {
	const ended = await automation.run(workspaceId, claude('e529', {retry: {maxAttempts: 2, backoffSeconds: 1}}));
	t.like(ended, {status: 'failed', attempt: 2, reason: {code: 'AGENT_OVERLOADED'}});
	t.true(await nothingIsLeftOf(ended));
});

test('a connection that is cut in every answer is an error of the provider', async t => {
	const ended = await automation.run(workspaceId, claude('drop'));
	t.like(ended, {status: 'failed', attempt: 1, reason: {code: 'AGENT_PROVIDER_ERROR'}});
	t.true(await nothingIsLeftOf(ended));
});

test('what an agent says is followed live, while the model takes its time', async t => {
	const execution = await automation.begin(workspaceId, claude('slow'));
	let text = '';
	let live: ExecutionView | null = null;
	for await (const piece of automation.follow(execution.id)) {
		text += piece.text;
		live ??= await automation.execution(execution.id);
	}
	t.like(live, {status: 'running', finishedAt: null});
	t.is(text, await automation.output(execution.id));
	const ended = await automation.ended(execution.id);
	t.is(ended.status, 'succeeded');
	t.regex(ended.result?.text ?? '', /word12$/);
});

test('an agent whose model never answers is ended at its time limit, and is gone', async t => {
	const ended = await automation.run(workspaceId, claude('hang', {timeoutSeconds: 20}));
	t.like(ended, {status: 'timedOut', attempt: 1, reason: {code: 'TIMED_OUT', params: {seconds: 20}}});
	t.true((await modelApi.requests('hang')).length > 0, 'it was asked');
	t.true(await nothingIsLeftOf(ended));
});

test('an agent is told where the body of the request is that caused its run, and can read it', async t => {
	const job = await automation.create(workspaceId, claude('payload', {trigger: {kind: 'webhook'}}));
	const ended = await automation.ended((await automation.call(job.id, {issue: 'It does not start'})).id);
	t.like(ended, {status: 'succeeded', trigger: 'webhook'});
	const {items} = (await product.get(`/automation/executions/${ended.id}/transcript`)).body;
	const read = items.find(({type}: {type: string}) => type === 'toolResult');
	t.regex(JSON.stringify(read), /It does not start/);
	const [asked] = await modelApi.requests('payload');
	const told = /is in the file (\S+\/payload\.json)\./.exec(JSON.stringify(asked?.body?.['messages']))?.[1];
	t.is(await inContainer(`cat ${told}`), '{"issue":"It does not start"}');
});

test('a model that needs no key is one command away', async t => {
	const run = (id: string) => execute(process.execPath, [script, id, '--api', product.url]);
	const {stdout} = await run(workspaceId);
	t.regex(stdout, /^http:\/\/127\.0\.0\.1:\d+\n$/);
	t.is(await inContainer(`curl -s ${stdout.trim()}/_rig/requests`), '[]');
	const failure = await t.throwsAsync<Error & {stderr: string}>(run('01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'));
	t.is(failure?.stderr, 'There is no such workspace, or you may not see it.\n');
});

// Reads as JSON, and holds what PostgreSQL keeps in no column.
const hostileEvents = [
	{type: 'system', subtype: 'init', session_id: 's'.repeat(3000), model: 'm\0'},
	{
		type: 'result',
		subtype: 'success',
		is_error: false,
		result: 'done\0 \uD800 \uDC00',
		num_turns: 1e30,
		terminal_reason: 'completed',
	},
];

test.serial('an agent may say anything and its run ends', async t => {
	const lines = hostileEvents
		.map(event => JSON.stringify(event))
		.join('\n')
		.replace('1e+30', '1e400');
	await product.post(`/workspaces/${workspaceId}/exec`, {
		command: [
			'sh',
			'-c',
			'mkdir -p ~/.local/bin; { echo "#!/bin/sh"; echo "cat ~/said"; } > ~/.local/bin/claude; chmod +x ~/.local/bin/claude; cat > ~/said',
		],
		stdin: `${lines}\n`,
	});
	const ended = await automation.run(workspaceId, claude('write'));
	await inContainer('rm ~/.local/bin/claude');
	t.is(ended.status, 'succeeded');
	t.is(ended.result!.text, 'done\uFFFD \uFFFD \uFFFD');
	t.is(ended.sessionId!.length, 255);
	t.true(ended.result!.turns === null || Number.isInteger(ended.result!.turns));
});
