import test from 'ava';
import {opencode} from '../../../src/automation/agents/opencode.ts';
import {eventually} from '../../contracts/container-runtime/workspace.ts';
import {type AgentBox, startAgentBox} from '../../helpers/agent-runs.ts';
import {boxWithAgent} from '../../helpers/npm-agents.ts';

const program = `opencode-linux-${process.arch}`;
const box = await boxWithAgent(program, '1.18.33', `${program}/bin`);
const withOpencode = test.skipIf(box === null);

let agents: AgentBox;
test.before(async () => {
	if (box) agents = await startAgentBox(box);
});
test.after.always(async () => agents?.box.remove());

const bypass = {permissionMode: 'bypassPermissions'};
const run = async (scenario: string, request: Partial<Parameters<AgentBox['run']>[1]> = {}) =>
	agents.run(opencode, {scenario, model: 'some-model', ...request});

withOpencode('a run that does what it was asked has succeeded', async t => {
	const done = await run('write', {options: bypass});
	t.log(`${done.ms} ms`);
	t.like(done, {status: 'succeeded', reason: null, canResume: true, result: {text: 'The file is written.', turns: 2}});
	t.true(done.result.tokens!.input > 1000 && done.result.tokens!.output > 0);
	t.is(await done.file('hi.txt'), 'hi\n');
	t.deepEqual(
		done.transcript.map(({type}) => type),
		['message', 'toolCall', 'toolResult', 'message'],
	);
});

withOpencode('a provider with a protocol of its own is spoken to in it', async t => {
	for (const [model, path] of Object.entries({
		'anthropic/claude-sonnet-4-5': '/v1/messages',
		'openai/gpt-5': '/v1/responses',
		'google/gemini-2.5-flash': '/v1beta/models/gemini-2.5-flash:streamGenerateContent',
	})) {
		const done = await run('default', {model, options: bypass});
		t.like(done, {status: 'succeeded', result: {text: 'Hello from the model.'}}, model);
		t.true(
			(await agents.modelApi.requests()).some(asked => asked.path === path && asked.scenario === 'default'),
			path,
		);
	}
});

withOpencode('dontAsk denies what is not allowed, and allows what is', async t => {
	const denied = await run('write');
	t.is(await denied.file('hi.txt'), '');
	const allowed = await run('write', {options: {allowedTools: ['bash']}});
	t.is(await allowed.file('hi.txt'), 'hi\n');
	const forbidden = await run('write', {options: {...bypass, disallowedTools: ['bash']}});
	t.is(await forbidden.file('hi.txt'), '');
});

withOpencode('what the provider refuses has failed', async t => {
	t.like(await run('e401'), {
		status: 'failed',
		reason: {code: 'AGENT_AUTHENTICATION_FAILED', params: {status: 401}},
		isRetryable: false,
	});
});

withOpencode('further instructions and tool servers arrive', async t => {
	const mcpServers = {mine: {type: 'stdio', command: 'sh', args: ['-c', 'touch /tmp/opencode-server; sleep 1']}};
	const options = {...bypass, mcpServers, appendSystemPrompt: 'Speak like a pirate.'};
	t.is((await run('default', {options})).status, 'succeeded');
	t.is((await agents.box.run(['ls', '/tmp/opencode-server'])).exitCode, 0);
	t.true((await agents.modelApi.requests()).some(({body}) => JSON.stringify(body).includes('like a pirate')));
});

withOpencode('a session that was killed is gone on with', async t => {
	const first = await agents.start(opencode, {scenario: 'slowTool', model: 'some-model', options: bypass});
	await eventually(async () => (await first.file('slow.txt')) === 'start\n', 60);
	await agents.supervisor.crash(first.run, 'opencode');
	const killed = await first.ended();
	t.is(await agents.supervisor.count(first.run), 0);
	t.like(killed, {status: 'failed', reason: {code: 'AGENT_FAILED', params: {exitCode: 137}}, canResume: true});
	const {execution} = first;
	const next = await run('write', {execution, attempt: 2, resume: killed.sessionId, options: bypass});
	t.like(next, {status: 'succeeded', sessionId: killed.sessionId});
});

withOpencode('a session that is not known cannot be gone on with', async t => {
	const failed = await run('default', {resume: 'ses_dee96bae4ffenBUqeyPT7Xx1nY'});
	t.like(failed, {status: 'failed', reason: {code: 'AGENT_SESSION_NOT_FOUND'}, canResume: false});
});

withOpencode('it is not started where a repository brings along what would run', async t => {
	for (const [index, file] of ['.opencode/plugin/evil.js', 'opencode.json', 'opencode.jsonc'].entries()) {
		const workdir = `/tmp/work-hostile-${index}/deep`;
		await agents.supervisor.write(`/tmp/work-hostile-${index}/${file}`, '{}');
		const refused = await run('default', {workdir});
		const path = `/tmp/work-hostile-${index}/${file.split('/')[0]}`;
		t.like(refused, {status: 'failed', reason: {code: 'AGENT_PROJECT_SETTINGS', params: {path}}});
	}
});
