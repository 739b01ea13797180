import type {AgentAdapter, Credentials, LaunchRequest} from './agent-adapter.ts';
import type {AgentOptions, McpServer, PermissionMode} from './agent-options.schema.ts';
import {readEvents} from './json-lines.ts';
import {OpencodeEvent, readOpencodeTranscript, type Step} from './opencode-events.ts';
import {notPlain} from './plain-tools.ts';
import {conclude, providerReason, type Reason, short, type Tokens} from './verdict.ts';

const TOKEN = 'OPENCODE_GATEWAY_TOKEN';

const modes: readonly PermissionMode[] = ['dontAsk', 'bypassPermissions'];

/**
 * It loads what a repository brings along (plugins, and settings that name plugins), whatever it is told by OPENCODE_DISABLE_PROJECT_CONFIG and
 * --pure, and so runs the repository's code with the token in its environment. So it is not started where there is such a thing.
 */
const GUARD = `
at=$PWD
while :; do
	for found in "$at/.opencode" "$at/opencode.json" "$at/opencode.jsonc"; do
		[ ! -e "$found" ] || { echo "project settings: $found" >&2; exit 78; }
	done
	[ "$at" != / ] && [ "$at" != "$HOME" ] || break
	at=$(dirname "$at")
done
exec "$0" "$@"
`;
const REFUSED_BY_GUARD = 78;

/** OpenCode 1.18. */
export const opencode: AgentAdapter = {
	needsModel: true,

	launch(request) {
		const {model, resume, folder, prompt, credentials} = request;
		return {
			command: [
				'sh',
				'-c',
				GUARD,
				'opencode',
				'run',
				'--format=json',
				'--pure',
				...(model === null ? [] : [`--model=${modelName(model)}`]),
				...(resume === null ? [] : [`--session=${resume}`]),
			],
			env: {
				OPENCODE_CONFIG: `${folder}/opencode.json`,
				// Its sessions. Runs that share a database find it locked.
				OPENCODE_DB: `${folder}/opencode.db`,
				OPENCODE_DISABLE_PROJECT_CONFIG: '1',
				// Nothing but the model is spoken to.
				OPENCODE_DISABLE_MODELS_FETCH: '1',
				OPENCODE_DISABLE_AUTOUPDATE: '1',
			},
			secretEnv: {[TOKEN]: credentials.token},
			files: [
				{path: 'opencode.json', content: JSON.stringify(settings(request))},
				...(request.options.appendSystemPrompt === null
					? []
					: [{path: 'instructions.md', content: request.options.appendSystemPrompt}]),
			],
			stdin: prompt,
			sessionId: resume,
		};
	},

	unsupported: options => [
		...(modes.includes(options.permissionMode) ? [] : ['permissionMode']),
		...notPlain('allowedTools', options.allowedTools),
		...notPlain('disallowedTools', options.disallowedTools),
		...(options.maxTurns === null ? [] : ['maxTurns']),
		...(options.maxBudgetUsd === null ? [] : ['maxBudgetUsd']),
	],

	read: readOpencodeTranscript,

	verdict(output, end) {
		const events = readEvents(output, OpencodeEvent);
		const finished = events.flatMap(event => (event.type === 'step_finish' ? [event.part] : []));
		const error = events.findLast(event => event.type === 'error');
		const last = events.findLast(event => event.type !== 'text' && event.type !== 'tool_use');
		const lastReason = last?.type === 'step_finish' ? last.part.reason : null;
		const texts = events.flatMap(event => (event.type === 'text' ? [event.part.text] : []));
		return conclude(end, {
			sessionId: events[0]?.sessionID ?? null,
			model: null,
			result: {text: texts.at(-1) ?? null, ...usage(finished)},
			isComplete: lastReason === 'stop',
			failure: failure(error, lastReason, end.exitCode, end.errorTail),
		});
	},
};

/** One without a provider is one of the gateway's own. */
const modelName = (model: string): string => (model.includes('/') ? model : `gateway/${model}`);

/** Those whose own protocol it speaks, and where that begins; every other is taken for one that speaks OpenAI's. */
const versions: Record<string, string> = {anthropic: '/v1', openai: '/v1', google: '/v1beta'};

const settings = ({model, options, credentials, folder}: LaunchRequest) => ({
	autoupdate: false,
	share: 'disabled',
	...(model === null ? {} : {provider: provider(modelName(model), credentials)}),
	permission: permission(options),
	mcp: Object.fromEntries(Object.entries(options.mcpServers).map(([name, server]) => [name, mcpServer(server)])),
	...(options.appendSystemPrompt === null ? {} : {instructions: [`${folder}/instructions.md`]}),
});

const provider = (model: string, {baseUrl}: Credentials) => {
	const slash = model.indexOf('/');
	const name = model.slice(0, slash);
	return {
		[name]: {
			...(versions[name] === undefined ? {npm: '@ai-sdk/openai-compatible'} : {}),
			options: {
				apiKey: `{env:${TOKEN}}`,
				...(baseUrl === null ? {} : {baseURL: `${baseUrl}${versions[name] ?? '/v1'}`}),
			},
			models: {[model.slice(slash + 1)]: {}},
		},
	};
};

/** Looking around is always allowed, as it is by default, but for files that tend to hold secrets. */
const looking = {
	read: {'*': 'allow', '*.env': 'deny', '*.env.*': 'deny', '*.env.example': 'allow'},
	glob: 'allow',
	grep: 'allow',
	list: 'allow',
};

/** The last rule that fits counts. */
const permission = ({permissionMode, allowedTools, disallowedTools}: AgentOptions) => ({
	...(permissionMode === 'bypassPermissions' ? {'*': 'allow'} : {'*': 'deny', ...looking}),
	...Object.fromEntries(allowedTools.map(tool => [tool, 'allow'])),
	...Object.fromEntries(disallowedTools.map(tool => [tool, 'deny'])),
});

const mcpServer = (server: McpServer) =>
	server.type === 'stdio'
		? {type: 'local', command: [server.command, ...server.args], environment: server.env, enabled: true}
		: {type: 'remote', url: server.url, headers: server.headers, enabled: true};

const usage = (
	steps: Step[],
): {turns: number | null; costUsd: number | null; tokens: Tokens | null; usageOf: 'run'} => {
	if (steps.length === 0) return {turns: null, costUsd: null, tokens: null, usageOf: 'run'};
	const sum = (of: (step: Step) => number) => steps.reduce((total, step) => total + of(step), 0);
	return {
		turns: steps.length,
		// It knows the prices of some models, and says 0 for the others.
		costUsd: sum(step => step.cost) || null,
		tokens: {
			input: sum(({tokens}) => tokens.input),
			output: sum(({tokens}) => tokens.output + tokens.reasoning),
			cacheRead: sum(({tokens}) => tokens.cache.read),
			cacheWrite: sum(({tokens}) => tokens.cache.write),
		},
		usageOf: 'run',
	};
};

const failure = (
	error: Extract<OpencodeEvent, {type: 'error'}> | undefined,
	lastReason: string | null,
	exitCode: number | null,
	errorTail: string,
): Reason | null => {
	const project = exitCode === REFUSED_BY_GUARD && /^project settings: (.*)$/m.exec(errorTail)?.[1];
	if (project) return {code: 'AGENT_PROJECT_SETTINGS', params: {path: project}};
	if (errorTail.includes('Session not found')) return {code: 'AGENT_SESSION_NOT_FOUND', params: {}};
	if (error) {
		const {name, data} = error.error;
		const message = data.message || name;
		if (data.statusCode !== undefined) return providerReason(data.statusCode, message);
		if (name === 'APIError') return providerReason(null, message);
		if (name === 'ProviderAuthError') return providerReason(401, message);
		if (name === 'MessageOutputLengthError') return {code: 'AGENT_OUTPUT_LIMIT', params: {message: short(message)}};
		return {code: 'AGENT_FAILED', params: {exitCode, message: short(message)}};
	}
	if (lastReason === 'length') return {code: 'AGENT_OUTPUT_LIMIT', params: {message: ''}};
	if (lastReason === 'content-filter') return {code: 'AGENT_REFUSED', params: {message: ''}};
	return null;
};
