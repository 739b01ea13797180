import {readFileSync} from 'node:fs';
import test from 'ava';
import {type Agent, agents} from '../../../src/automation/agents/agent-adapter.ts';
import {agentAdapters} from '../../../src/automation/agents/agent-adapters.ts';
import {commandVerdict} from '../../../src/automation/agents/command.ts';
import type {RunEnd} from '../../../src/automation/agents/verdict.ts';

/** What the real command lines wrote, against the rig of `test/rigs/model-api`. */
const recorded = (name: string) => readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), 'utf8');
const agentOf = (name: string) => name.split('.')[0] as Agent;

const ended = (exitCode: number | null, more: Partial<RunEnd> = {}): RunEnd => ({
	exitCode,
	cause: 'exit',
	outOfMemory: false,
	errorTail: '',
	...more,
});

const judge = (name: string, end: RunEnd) => agentAdapters[agentOf(name)].verdict(recorded(name), end);

const table: [recording: string, exitCode: number, status: string, reason: string | null, isRetryable: boolean][] = [
	['claude-code.written', 0, 'succeeded', null, false],
	['claude-code.denied', 0, 'succeeded', null, false],
	['claude-code.servers', 0, 'succeeded', null, false],
	['claude-code.turns', 1, 'failed', 'AGENT_TURN_LIMIT', false],
	['claude-code.budget', 1, 'failed', 'AGENT_BUDGET_EXHAUSTED', false],
	['claude-code.unauthorized', 1, 'failed', 'AGENT_AUTHENTICATION_FAILED', false],
	['claude-code.limited', 1, 'failed', 'AGENT_RATE_LIMITED', true],
	['claude-code.refusal', 1, 'failed', 'AGENT_REFUSED', false],
	['claude-code.stopped', 143, 'failed', 'AGENT_FAILED', false],
	['codex.written', 0, 'succeeded', null, false],
	['codex.unauthorized', 1, 'failed', 'AGENT_AUTHENTICATION_FAILED', false],
	['codex.limited', 1, 'failed', 'AGENT_RATE_LIMITED', true],
	['codex.refused', 1, 'failed', 'AGENT_REQUEST_REFUSED', false],
	['codex.broken', 1, 'failed', 'AGENT_PROVIDER_ERROR', true],
	['codex.dropped', 1, 'failed', 'AGENT_PROVIDER_ERROR', true],
	['gemini.written', 0, 'succeeded', null, false],
	['gemini.turns', 53, 'failed', 'AGENT_TURN_LIMIT', false],
	['gemini.unauthorized', 145, 'failed', 'AGENT_AUTHENTICATION_FAILED', false],
	['gemini.limited', 173, 'failed', 'AGENT_RATE_LIMITED', true],
	['gemini.overloaded', 17, 'failed', 'AGENT_OVERLOADED', true],
	['gemini.dropped', 1, 'failed', 'AGENT_PROVIDER_ERROR', true],
	['opencode.written', 0, 'succeeded', null, false],
	['opencode.unauthorized', 1, 'failed', 'AGENT_AUTHENTICATION_FAILED', false],
	['opencode.limited', 1, 'failed', 'AGENT_RATE_LIMITED', true],
];

for (const [name, exitCode, status, reason, isRetryable] of table) {
	test(`the verdict on ${name} is ${reason ?? status}`, t => {
		const verdict = judge(name, ended(exitCode));
		t.like(verdict, {status, isRetryable, canResume: true});
		t.is<string | null, string | null>(verdict.reason?.code ?? null, reason);
		t.truthy(verdict.sessionId);
	});
}

for (const agent of agents) {
	const written = `${agent}.written`;

	test(`without both its word and exit code 0, ${agent} has not succeeded`, t => {
		t.like(judge(written, ended(3)), {status: 'failed', reason: {code: 'AGENT_FAILED', params: {exitCode: 3}}});
		t.like(agentAdapters[agent].verdict('', ended(0)), {
			status: 'unknown',
			reason: {code: 'NO_RESULT'},
			canResume: false,
		});
		const lines = recorded(written).trimEnd().split('\n');
		const withoutEnd = lines.slice(0, -1).join('\n');
		t.like(agentAdapters[agent].verdict(withoutEnd, ended(0)), {status: 'unknown', reason: {code: 'NO_RESULT'}});
	});

	test(`what the supervisor did to ${agent} comes before what it said`, t => {
		t.like(judge(written, ended(null, {cause: 'lost'})), {
			status: 'unknown',
			reason: {code: 'RUN_LOST'},
			canResume: true,
		});
		t.like(judge(written, ended(143, {cause: 'timeout'})), {status: 'failed', reason: {code: 'TIMED_OUT'}});
		t.like(judge(written, ended(143, {cause: 'output'})), {status: 'failed', reason: {code: 'OUTPUT_TOO_LARGE'}});
		const stopped = judge(written, ended(143, {cause: 'stopped:cancel'}));
		t.like(stopped, {status: 'failed', reason: {code: 'STOPPED', params: {by: 'cancel'}}});
		// It is kept as evidence all the same.
		t.is(stopped.result.text, 'The file is written.');
	});

	test(`out of memory is the reason only when ${agent} did not end well`, t => {
		const withoutEnd = recorded(written).split('\n')[0]!;
		const killed = ended(137, {outOfMemory: true});
		t.like(agentAdapters[agent].verdict(withoutEnd, killed), {status: 'failed', reason: {code: 'OUT_OF_MEMORY'}});
		t.is(judge(written, ended(0, {outOfMemory: true})).status, 'succeeded');
	});

	test(`${agent} that is not there, or does not understand its arguments, is told apart`, t => {
		const missing = ended(127, {errorTail: `env: ‘${agent}’: No such file or directory\n`});
		const {verdict} = agentAdapters[agent];
		t.like(verdict('', missing), {reason: {code: 'COMMAND_NOT_FOUND', params: {command: agent}}, canResume: false});
		const unknown = ended(1, {errorTail: "error: unknown option '--nope'\n"});
		t.like(verdict('', unknown), {status: 'failed', reason: {code: 'AGENT_BAD_ARGUMENTS'}, canResume: false});
	});

	test(`no output of ${agent} is too strange to be read`, t => {
		const {read, verdict} = agentAdapters[agent];
		const text = recorded(written);
		const whole = read(text);
		// Cut anywhere, as it is while it comes.
		for (let length = 0; length < text.length; length += 97) {
			const some = read(text.slice(0, length));
			t.true(some.length <= whole.length);
			t.false(
				some.some(entry => entry.type === 'notice' && entry.code === 'output'),
				`cut at ${length}`,
			);
		}
		const strange = [
			'not JSON',
			'{"type":"assistant"}',
			'{"type":"item.completed","item":null}',
			'[1]',
			'42',
			'null',
			'{}',
		];
		const noise = `\u001B[31mWarning\u001B[0m\n\n${strange.join('\n')}\n${text}{"type":"result","half`;
		t.deepEqual(
			read(noise).filter(({type}) => type !== 'notice'),
			whole.filter(({type}) => type !== 'notice'),
		);
		t.is(verdict(noise, ended(0)).status, 'succeeded');
		const long = `${'x'.repeat(5_000_000)}\n${text}`;
		t.is(verdict(long, ended(0)).status, 'succeeded');
	});
}

test('a message without a sense of its own is kept as a notice', t => {
	t.like(agentAdapters['claude-code'].read(recorded('claude-code.limited')), [
		{type: 'notice', code: 'retry', text: '1/2 rate_limit (429)'},
		{type: 'notice', code: 'retry', text: '2/2 rate_limit (429)'},
		{type: 'notice', code: 'error'},
	]);
	t.like(agentAdapters.codex.read(recorded('codex.dropped')).at(-1), {type: 'notice', code: 'error'});
	t.like(agentAdapters.opencode.read(recorded('opencode.limited')), [{code: 'error', text: 'scripted 429'}]);
	t.like(agentAdapters['claude-code'].read(recorded('claude-code.servers'))[0], {code: 'serverFailed', text: 'dead'});
});

test('what Codex starts and ends makes a call and its result, also when it says only the end', t => {
	const change = {id: 'item_1', type: 'file_change', changes: [{path: 'a.txt', kind: 'add'}], status: 'completed'};
	const server = {id: 'item_2', type: 'mcp_tool_call', server: 's', tool: 't', arguments: {a: 1}};
	const lines = [
		{type: 'item.completed', item: change},
		{type: 'item.started', item: server},
		{type: 'item.completed', item: {...server, error: {message: 'no'}}},
	];
	t.deepEqual(agentAdapters.codex.read(lines.map(line => JSON.stringify(line)).join('\n')), [
		{at: null, type: 'toolCall', id: 'item_1', name: 'apply_patch', input: change.changes},
		{at: null, type: 'toolResult', id: 'item_1', output: 'completed', isError: false},
		{at: null, type: 'toolCall', id: 'item_2', name: 's.t', input: {a: 1}},
		{at: null, type: 'toolResult', id: 'item_2', output: 'no', isError: true},
	]);
});

test('a plain command is judged by its exit code alone', t => {
	const none = {isRetryable: false, canResume: false, sessionId: null};
	t.like(commandVerdict(ended(0)), {...none, status: 'succeeded', reason: null});
	t.like(commandVerdict(ended(0, {outOfMemory: true})), {status: 'succeeded'});
	t.like(commandVerdict(ended(3)), {...none, status: 'failed', reason: {code: 'EXITED', params: {exitCode: 3}}});
	t.like(commandVerdict(ended(127)), {status: 'failed', reason: {code: 'EXITED', params: {exitCode: 127}}});
	const missing = ended(127, {errorTail: 'env: ‘no-such’: No such file or directory\n'});
	t.like(commandVerdict(missing), {reason: {code: 'COMMAND_NOT_FOUND', params: {command: 'no-such'}}});
	t.like(commandVerdict(ended(137, {outOfMemory: true})), {status: 'failed', reason: {code: 'OUT_OF_MEMORY'}});
	t.like(commandVerdict(ended(143, {cause: 'timeout'})), {status: 'failed', reason: {code: 'TIMED_OUT'}});
	t.like(commandVerdict(ended(143, {cause: 'stopped:user'})), {reason: {code: 'STOPPED', params: {by: 'user'}}});
	t.like(commandVerdict(ended(null, {cause: 'lost'})), {status: 'unknown', reason: {code: 'RUN_LOST'}});
});
