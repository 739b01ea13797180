import test from 'ava';
import {agents, type LaunchRequest} from '../../../src/automation/agents/agent-adapter.ts';
import {agentAdapters, unsupportedOptions} from '../../../src/automation/agents/agent-adapters.ts';
import {AgentOptions, permissionModes} from '../../../src/automation/agents/agent-options.schema.ts';

const request = (more: Partial<LaunchRequest> = {}): LaunchRequest => ({
	executionId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
	attempt: 1,
	prompt: 'Do it -- now.',
	model: 'a-model',
	options: AgentOptions.parse({permissionMode: 'bypassPermissions'}),
	credentials: {baseUrl: 'http://gateway', token: 'a-secret-token'},
	resume: null,
	folder: '/home/developer/.executions/1',
	...more,
});

const options = (input: object) => AgentOptions.parse(input);

for (const agent of agents) {
	const {launch} = agentAdapters[agent];

	test(`the token of ${agent} is in its secret environment, the prompt on its input, and neither anywhere else`, t => {
		const {secretEnv, stdin, ...rest} = launch(request());
		t.deepEqual(Object.values(secretEnv), ['a-secret-token']);
		t.is(stdin, 'Do it -- now.');
		t.false(JSON.stringify(rest).includes('a-secret-token'));
		t.false(JSON.stringify(rest).includes('Do it'));
	});

	test(`${agent} speaks to the gateway when there is one, and to the provider when not`, t => {
		t.true(JSON.stringify(launch(request())).includes('http://gateway'));
		const own = launch(request({credentials: {baseUrl: null, token: 'a-secret-token'}}));
		t.false(JSON.stringify(own).includes('null/v1'));
		t.false(JSON.stringify(own).includes('http://gateway'));
	});

	test(`the files of ${agent} lie in the folder of its execution`, t => {
		const all = options({permissionMode: 'bypassPermissions', appendSystemPrompt: 'Speak French.'});
		t.true(launch(request({options: all})).files.every(({path}) => /^(?!.*\.\.)[\w.][\w./-]*$/.test(path)));
	});
}

test('a session of ours has the same name for the same attempt, and another for another', t => {
	for (const agent of ['claude-code', 'gemini'] as const) {
		const {launch} = agentAdapters[agent];
		const name = launch(request()).sessionId;
		t.regex(name!, /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-/);
		t.is(launch(request()).sessionId, name);
		t.not(launch(request({attempt: 2})).sessionId, name);
		t.not(launch(request({executionId: 'another'})).sessionId, name);
		t.is(launch(request({resume: 'an-old-one'})).sessionId, 'an-old-one');
	}
});

test('Claude Code is given exactly what was asked for', t => {
	const {command} = agentAdapters['claude-code'].launch(
		request({
			options: options({
				allowedTools: ['Bash(npm test)', 'Edit'],
				disallowedTools: ['WebFetch'],
				maxTurns: 7,
				maxBudgetUsd: 1.5,
				appendSystemPrompt: 'Speak French.',
			}),
		}),
	);
	t.deepEqual(command.slice(command.indexOf('--permission-mode=dontAsk')), [
		'--permission-mode=dontAsk',
		'--allowedTools',
		'Bash(npm test)',
		'Edit',
		'--disallowedTools',
		'WebFetch',
		'--model=a-model',
		'--max-turns=7',
		'--max-budget-usd=1.5',
		'--append-system-prompt-file=/home/developer/.executions/1/instructions.md',
	]);
	for (const flag of ['--setting-sources=user', '--strict-mcp-config']) t.true(command.includes(flag), flag);
});

test('what an agent cannot honour is named, not left out', t => {
	const everything = options({
		permissionMode: 'plan',
		allowedTools: ['Bash(npm test)', 'Edit'],
		disallowedTools: ['WebFetch'],
		maxTurns: 7,
		maxBudgetUsd: 1,
		appendSystemPrompt: 'Speak French.',
		mcpServers: {docs: {type: 'http', url: 'https://mcp.example.com'}},
	});
	t.deepEqual(unsupportedOptions('claude-code', everything), []);
	t.deepEqual(unsupportedOptions('codex', everything), [
		'permissionMode',
		'allowedTools',
		'disallowedTools',
		'maxTurns',
		'maxBudgetUsd',
	]);
	t.deepEqual(unsupportedOptions('gemini', everything), [
		'permissionMode',
		'allowedTools[0]',
		'maxBudgetUsd',
		'appendSystemPrompt',
		'mcpServers',
	]);
	t.deepEqual(unsupportedOptions('opencode', everything), [
		'permissionMode',
		'allowedTools[0]',
		'maxTurns',
		'maxBudgetUsd',
	]);
});

test('no mode but bypassPermissions ever becomes a bypass', t => {
	const bypass = /bypass|yolo|skip-permissions|--auto\b|permission\\":{\\"\*\\":\\"allow|toolName = \\*"\*/;
	for (const agent of agents) {
		for (const permissionMode of permissionModes) {
			const chosen = options({permissionMode});
			if (unsupportedOptions(agent, chosen).length > 0) continue;
			const launch = JSON.stringify(agentAdapters[agent].launch(request({options: chosen})));
			t.is(bypass.test(launch), permissionMode === 'bypassPermissions', `${agent} ${permissionMode}`);
		}
		t.deepEqual(unsupportedOptions(agent, options({permissionMode: 'bypassPermissions'})), [], agent);
	}
});

test('options that nobody asked for are the safe ones, and nothing can be smuggled in', t => {
	t.deepEqual(AgentOptions.parse({}), {
		permissionMode: 'dontAsk',
		allowedTools: [],
		disallowedTools: [],
		maxTurns: null,
		maxBudgetUsd: null,
		appendSystemPrompt: null,
		mcpServers: {},
	});
	for (const bad of [
		{allowedTools: ['--dangerously-skip-permissions']},
		{allowedTools: ['Bash\nEdit']},
		{permissionMode: 'yolo'},
		{maxTurns: 0},
		{appendSystemPrompt: 'a\0b'},
		{mcpServers: {'a.b': {type: 'http', url: 'https://mcp.example.com'}}},
		{mcpServers: {files: {type: 'http', url: 'file:///etc/passwd'}}},
		{extra: true},
	])
		t.false(AgentOptions.safeParse(bad).success, JSON.stringify(bad));
});
