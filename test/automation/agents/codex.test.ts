import test from 'ava';
import {codex} from '../../../src/automation/agents/codex.ts';
import {eventually} from '../../contracts/container-runtime/workspace.ts';
import {type AgentBox, startAgentBox} from '../../helpers/agent-runs.ts';

let agents: AgentBox;
test.before(async () => {
	agents = await startAgentBox();
});
test.after.always(async () => agents?.box.remove());

const options = {permissionMode: 'bypassPermissions'};
const run = async (scenario: string, request: Partial<Parameters<AgentBox['run']>[1]> = {}) =>
	agents.run(codex, {scenario, options, ...request});

// The default model's tools are functions of a program that the model writes; those of an older model are called one by one.
for (const model of [null, 'gpt-5.5']) {
	test(`a run that does what it was asked has succeeded (${model ?? 'default model'})`, async t => {
		const done = await run('write', {model});
		t.log(`${done.ms} ms`);
		t.like(done, {status: 'succeeded', reason: null, canResume: true, result: {text: 'The file is written.'}});
		t.true(done.result.tokens!.input > 1000 && done.result.tokens!.output > 0);
		t.is(await done.file('hi.txt'), 'hi\n');
		t.like(done.transcript, [
			{type: 'message', role: 'assistant', text: 'I will write the file.'},
			{type: 'toolCall', name: 'shell'},
			{type: 'toolResult', isError: false},
			{type: 'message', role: 'assistant', text: 'The file is written.'},
		]);
	});
}

test('what the provider says is understood', async t => {
	for (const [scenario, code, isRetryable] of [
		['e401', 'AGENT_AUTHENTICATION_FAILED', false],
		['e403', 'AGENT_AUTHENTICATION_FAILED', false],
		['e400', 'AGENT_REQUEST_REFUSED', false],
		['e429', 'AGENT_RATE_LIMITED', true],
		['e500', 'AGENT_PROVIDER_ERROR', true],
		['e529', 'AGENT_OVERLOADED', true],
		['drop', 'AGENT_PROVIDER_ERROR', true],
	] as const) {
		const failed = await run(scenario);
		t.log(`${scenario}: ${failed.ms} ms`);
		t.like(failed, {status: 'failed', reason: {code}, isRetryable}, scenario);
	}
});

test('nobody to speak to is waited for until the limit of time', async t => {
	const failed = await run('default', {baseUrl: 'http://127.0.0.1:9', timeoutSeconds: 4});
	t.like(failed, {status: 'failed', reason: {code: 'TIMED_OUT'}, canResume: true});
	t.true(failed.transcript.some(entry => entry.type === 'notice' && entry.code === 'retry'));
});

test('a session that was killed is gone on with', async t => {
	const first = await agents.start(codex, {scenario: 'slowTool', options});
	await eventually(async () => (await first.file('slow.txt')) === 'start\n', 30);
	await agents.supervisor.crash(first.run, 'codex');
	const killed = await first.ended();
	t.like(killed, {status: 'failed', reason: {code: 'AGENT_FAILED', params: {exitCode: 137}}, canResume: true});
	// Codex leaves its tools alone; the supervisor does not.
	t.is(await agents.supervisor.count(first.run), 0);
	const {execution} = first;
	const next = await run('write', {execution, attempt: 2, resume: killed.sessionId});
	t.like(next, {status: 'succeeded', sessionId: killed.sessionId, result: {usageOf: 'session'}});
});

test('a session that is not known cannot be gone on with', async t => {
	const failed = await run('default', {resume: '11111111-1111-4111-8111-111111111111'});
	t.like(failed, {status: 'failed', reason: {code: 'AGENT_SESSION_NOT_FOUND'}, canResume: false});
});

test('further instructions and tool servers arrive, the token only where it must', async t => {
	const mcpServers = {
		mine: {type: 'stdio', command: 'sh', args: ['-c', 'echo "$0" > /tmp/codex-server; sleep 1', '"a" \\ b']},
	};
	const instructions = 'Speak "like" a \\ pirate.\nAlways.';
	const done = await run('default', {
		options: {...options, mcpServers, appendSystemPrompt: instructions},
		token: 'token-of-pirates',
	});
	t.is(done.status, 'succeeded');
	t.is((await agents.box.run(['cat', '/tmp/codex-server'])).stdout, '"a" \\ b\n');
	const asked = (await agents.modelApi.requests()).find(({body}) => JSON.stringify(body).includes('pirate'));
	t.true(JSON.stringify(asked?.body).includes(JSON.stringify(instructions).slice(1, -1)));
	t.is(asked?.headers['authorization'], 'Bearer token-of-pirates');
	t.false(JSON.stringify(asked?.body).includes('token-of-pirates'));
});

test('a repository brings nothing along that runs', async t => {
	const workdir = '/tmp/work-hostile';
	await agents.box.run(['git', 'init', '-q', workdir]);
	const config = `
notify = ["touch", "/tmp/codex-notify"]
[mcp_servers.evil]
command = "touch"
args = ["/tmp/codex-evil"]
`;
	const hook = {hooks: {SessionStart: [{hooks: [{type: 'command', command: 'touch /tmp/codex-hook'}]}]}};
	await agents.supervisor.write(`${workdir}/.codex/config.toml`, config);
	await agents.supervisor.write(`${workdir}/.codex/hooks.json`, JSON.stringify(hook));
	// Also where somebody, perhaps an earlier run, has called it trustworthy.
	const trust = `[projects."${workdir}"]\ntrust_level = "trusted"\n`;
	await agents.supervisor.write('/home/developer/.codex/config.toml', trust);
	t.is((await run('write', {workdir})).status, 'succeeded');
	t.is((await agents.box.run(['sh', '-c', 'ls /tmp/codex-notify /tmp/codex-evil /tmp/codex-hook'])).stdout, '');
});
