import type {AgentAdapter, LaunchRequest} from './agent-adapter.ts';
import type {AgentOptions, McpServer} from './agent-options.schema.ts';
import {CodexEvent, readCodexTranscript} from './codex-events.ts';
import {readEvents} from './json-lines.ts';
import {conclude, providerReason, type Reason, short} from './verdict.ts';

const PROVIDER = 'gateway';
const TOKEN = 'CODEX_GATEWAY_TOKEN';
const OWN_ADDRESS = 'https://api.openai.com';

const flags = [
	'--json',
	'--skip-git-repo-check',
	'--ignore-user-config',
	'--ignore-rules',
	// Its own sandbox needs namespaces, which a container does not have: every command would fail, and the run succeed.
	'--dangerously-bypass-approvals-and-sandbox',
];

/** Codex 0.169. */
export const codex: AgentAdapter = {
	needsModel: false,

	launch(request) {
		return {
			command: [
				'codex',
				'exec',
				...(request.resume === null ? [] : ['resume']),
				...flags,
				...settings(request).flatMap(([key, value]) => ['-c', `${key}=${toml(value)}`]),
				...(request.model === null ? [] : [`--model=${request.model}`]),
				...(request.resume === null ? [] : [request.resume]),
				// The prompt comes on standard input.
				'-',
			],
			env: {},
			secretEnv: {[TOKEN]: request.credentials.token},
			files: [],
			stdin: request.prompt,
			sessionId: request.resume,
		};
	},

	unsupported: options => [
		...(options.permissionMode === 'bypassPermissions' ? [] : ['permissionMode']),
		...(options.allowedTools.length === 0 ? [] : ['allowedTools']),
		...(options.disallowedTools.length === 0 ? [] : ['disallowedTools']),
		...(options.maxTurns === null ? [] : ['maxTurns']),
		...(options.maxBudgetUsd === null ? [] : ['maxBudgetUsd']),
	],

	read: readCodexTranscript,

	verdict(output, end) {
		const events = readEvents(output, CodexEvent);
		const ending = events.findLast(event => event.type === 'turn.completed' || event.type === 'turn.failed');
		const done = ending?.type === 'turn.completed' ? ending : null;
		const texts = events.flatMap(event =>
			event.type === 'item.completed' && event.item.type === 'agent_message' ? [event.item.text] : [],
		);
		const tokens = done && {
			input: done.usage.input_tokens - done.usage.cached_input_tokens,
			output: done.usage.output_tokens,
			cacheRead: done.usage.cached_input_tokens,
			cacheWrite: done.usage.cache_write_input_tokens,
		};
		const unknownSession = end.errorTail.includes('no rollout found');
		return conclude(end, {
			sessionId: events.find(event => event.type === 'thread.started')?.thread_id ?? null,
			model: null,
			result: {text: texts.at(-1) ?? null, turns: null, costUsd: null, tokens, usageOf: 'session'},
			isComplete: done !== null,
			failure:
				ending?.type === 'turn.failed'
					? failure(ending.error.message, end.exitCode)
					: unknownSession
						? {code: 'AGENT_SESSION_NOT_FOUND', params: {}}
						: null,
		});
	},
};

type Setting = string | number | boolean | string[] | {[key: string]: Setting};

/** In arguments, because a file of settings would have to lie in a home that other runs use as well. */
const settings = ({credentials, options}: LaunchRequest): [string, Setting][] => [
	['model_provider', PROVIDER],
	[
		`model_providers.${PROVIDER}`,
		{
			name: PROVIDER,
			base_url: `${credentials.baseUrl ?? OWN_ADDRESS}/v1`,
			env_key: TOKEN,
			wire_api: 'responses',
			request_max_retries: 2,
			stream_max_retries: 2,
			stream_idle_timeout_ms: 60_000,
		},
	],
	// Nothing but the model is spoken to.
	['check_for_update_on_startup', false],
	['analytics.enabled', false],
	['features.plugins', false],
	['features.apps', false],
	...optional('developer_instructions', options.appendSystemPrompt),
	...optional('mcp_servers', mcpServers(options.mcpServers)),
];

const optional = (key: string, value: Setting | null): [string, Setting][] => (value === null ? [] : [[key, value]]);

const mcpServers = (servers: AgentOptions['mcpServers']): Setting | null =>
	Object.keys(servers).length === 0
		? null
		: Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, mcpServer(server)]));

const mcpServer = (server: McpServer): Setting =>
	server.type === 'stdio'
		? {command: server.command, args: server.args, env: server.env}
		: {url: server.url, http_headers: server.headers};

/** What JSON writes of a string is a TOML string as well, but for one character. */
const toml = (value: Setting): string => {
	if (Array.isArray(value)) return `[${value.map(toml).join(',')}]`;
	if (typeof value !== 'object') return JSON.stringify(value).replaceAll('\u007F', String.raw`\u007F`);
	return `{${Object.entries(value)
		.map(([key, inner]) => `${JSON.stringify(key)}=${toml(inner)}`)
		.join(',')}}`;
};

/** It gives no codes, only sentences; those of 0.169, as they were seen. */
const failure = (message: string, exitCode: number | null): Reason => {
	const status = /\bstatus:? (\d{3})\b/.exec(message)?.[1];
	if (status) return providerReason(Number(status), message);
	if (message.includes('"invalid_request_error"')) return providerReason(400, message);
	if (message.includes('experiencing high demand')) return providerReason(503, message);
	if (/stream disconnected|network error|error sending request|timed? ?out/i.test(message))
		return providerReason(null, message);
	return {code: 'AGENT_FAILED', params: {exitCode, message: short(message)}};
};
