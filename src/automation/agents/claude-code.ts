import {v5 as uuid} from 'uuid';
import type {AgentAdapter, LaunchRequest} from './agent-adapter.ts';
import type {AgentOptions} from './agent-options.schema.ts';
import {ClaudeEvent, type Result} from './claude-events.ts';
import {readEvents} from './json-lines.ts';
import {readClaudeTranscript} from './claude-transcript.ts';
import {type AgentResult, conclude, providerReason, type Reason, short, type Tokens} from './verdict.ts';

/** Of session ids; any other would do, as long as it never changes. */
const SESSIONS = '5b1f0a52-0f6c-5b0e-9b61-6f3d1c0f7c55';

/** What the command line may do by itself against a provider that is away. Longer patience is the caller's. */
const patience = {
	CLAUDE_CODE_MAX_RETRIES: '2',
	API_TIMEOUT_MS: '120000',
	CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: '60000',
};

const base = [
	'claude',
	'--print',
	'--verbose',
	'--output-format=stream-json',
	// What a cloned repository brings along (settings, hooks, tool servers) would run without a question.
	'--setting-sources=user',
	'--strict-mcp-config',
];

/** Claude Code 2.1. */
export const claudeCode: AgentAdapter = {
	needsModel: false,

	launch(request) {
		const {credentials, folder, prompt, options} = request;
		const sessionId = request.resume ?? uuid(`${request.executionId}/${request.attempt}`, SESSIONS);
		return {
			command: [
				...base,
				`--mcp-config=${folder}/mcp.json`,
				request.resume === null ? `--session-id=${sessionId}` : `--resume=${sessionId}`,
				...flags(request),
			],
			env: {
				...patience,
				// Nothing but the model is spoken to.
				CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
				...(credentials.baseUrl === null ? {} : {ANTHROPIC_BASE_URL: credentials.baseUrl}),
			},
			secretEnv: {ANTHROPIC_API_KEY: credentials.token},
			files: [
				{path: 'mcp.json', content: JSON.stringify({mcpServers: options.mcpServers})},
				...(options.appendSystemPrompt === null
					? []
					: [{path: 'instructions.md', content: options.appendSystemPrompt}]),
			],
			// Neither too long for an argument, nor shown to whoever lists processes.
			stdin: prompt,
			sessionId,
		};
	},

	unsupported: () => [],

	read: readClaudeTranscript,

	verdict(output, end) {
		const events = readEvents(output, ClaudeEvent);
		const results = events.filter(event => event.type === 'result');
		const last = results.at(-1);
		const replies = events.filter(event => event.type === 'assistant');
		const failed = replies.findLast(reply => reply.is_api_error_message === true);
		const begun = events.find(event => event.type === 'system' && event.subtype === 'init');
		const text = last && !last.is_error ? last.result : lastText(replies.filter(reply => reply !== failed));
		return conclude(end, {
			sessionId: begun?.session_id ?? null,
			model: begun?.model ?? null,
			result: {text: text ?? null, ...usage(results)},
			isComplete: last !== undefined && !last.is_error,
			failure: last?.is_error === true ? failure(last, failed?.error, end.exitCode) : null,
		});
	},
};

const flags = ({model, options, folder}: LaunchRequest): string[] => [
	`--permission-mode=${options.permissionMode}`,
	...list('--allowedTools', options.allowedTools),
	...list('--disallowedTools', options.disallowedTools),
	...one('--model', model),
	...one('--max-turns', options.maxTurns),
	...one('--max-budget-usd', options.maxBudgetUsd),
	...one('--append-system-prompt-file', options.appendSystemPrompt === null ? null : `${folder}/instructions.md`),
];

const one = (flag: string, value: string | number | null): string[] => (value === null ? [] : [`${flag}=${value}`]);

const list = (flag: string, values: AgentOptions['allowedTools']): string[] =>
	values.length === 0 ? [] : [flag, ...values];

/** The exit code is the same for all of these, and an answer of the provider comes as `subtype: success`. */
const failure = (result: Result, error: string | undefined, exitCode: number | null): Reason => {
	const message = result.result ?? result.errors.join(' ');
	const byUs = endings[result.subtype];
	if (byUs) return {code: byUs, params: {message: short(message)}};
	if (/^No conversation found|--resume requires a valid session/.test(message))
		return {code: 'AGENT_SESSION_NOT_FOUND', params: {}};
	if (result.stop_reason === 'refusal') return {code: 'AGENT_REFUSED', params: {message: short(message)}};
	if (error === 'max_output_tokens') return {code: 'AGENT_OUTPUT_LIMIT', params: {message: short(message)}};
	if (error === 'authentication_failed') return providerReason(result.api_error_status ?? 401, message);
	if (result.terminal_reason === 'api_error') return providerReason(result.api_error_status, message);
	return {code: 'AGENT_FAILED', params: {exitCode, message: short(message)}};
};

const endings: Record<string, Reason['code'] | undefined> = {
	error_max_turns: 'AGENT_TURN_LIMIT',
	error_max_budget_usd: 'AGENT_BUDGET_EXHAUSTED',
};

/**
 * Each result tells what was used since the one before; there are several when work in the background woke the session. Totals
 * would count a resumed session from its beginning, and `usage` leaves out what was paid for and thrown away.
 */
const usage = (results: Result[]): Omit<AgentResult, 'text'> => {
	if (results.length === 0) return {turns: null, costUsd: null, tokens: null, usageOf: 'run'};
	const models = results.flatMap(({model_usage_since_last_result: since}) => Object.values(since));
	const sum = (of: (model: (typeof models)[number]) => number) => models.reduce((total, model) => total + of(model), 0);
	const tokens: Tokens = {
		input: sum(model => model.inputTokens),
		output: sum(model => model.outputTokens),
		cacheRead: sum(model => model.cacheReadInputTokens),
		cacheWrite: sum(model => model.cacheCreationInputTokens),
	};
	const turns = results.reduce((total, {num_turns}) => total + num_turns, 0);
	return {turns, costUsd: sum(model => model.costUSD), tokens, usageOf: 'run'};
};

const lastText = (replies: Extract<ClaudeEvent, {type: 'assistant'}>[]): string | undefined =>
	replies
		.flatMap(({message}) => message.content)
		.flatMap(block => (block.type === 'text' ? [block.text] : []))
		.at(-1);
