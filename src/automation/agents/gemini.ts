import {v5 as uuid} from 'uuid';
import type {AgentAdapter} from './agent-adapter.ts';
import type {AgentOptions, PermissionMode} from './agent-options.schema.ts';
import {GeminiEvent, readGeminiTranscript} from './gemini-events.ts';
import {readEvents} from './json-lines.ts';
import {notPlain} from './plain-tools.ts';
import {conclude, providerReason, type Reason, type RunEnd, short} from './verdict.ts';

/** Of session ids; any other would do, as long as it never changes. */
const SESSIONS = 'b7a3a1ce-4f0f-5d0e-8f59-0a8f6f1f4c2b';

const modes: readonly PermissionMode[] = ['dontAsk', 'bypassPermissions'];

/** Gemini CLI 0.61. */
export const gemini: AgentAdapter = {
	// Left alone, it asks another model first which one to take.
	needsModel: true,

	launch({executionId, attempt, prompt, model, options, credentials, resume, folder}) {
		const sessionId = resume ?? uuid(`${executionId}/${attempt}`, SESSIONS);
		return {
			command: [
				'gemini',
				'--output-format=stream-json',
				`--policy=${folder}/policy.toml`,
				resume === null ? `--session-id=${sessionId}` : `--resume=${sessionId}`,
				...(model === null ? [] : [`--model=${model}`]),
			],
			env: {
				// Its settings and its sessions; the person's own stay out of it.
				GEMINI_CLI_HOME: folder,
				// What a cloned repository brings along (settings, hooks, tool servers) would run without a question.
				GEMINI_CLI_TRUST_WORKSPACE: 'false',
				// It would start itself once more, and that second process would not hear of a stop.
				GEMINI_CLI_NO_RELAUNCH: 'true',
				...(credentials.baseUrl === null ? {} : {GOOGLE_GEMINI_BASE_URL: credentials.baseUrl}),
			},
			secretEnv: {GEMINI_API_KEY: credentials.token},
			files: [
				{path: '.gemini/settings.json', content: JSON.stringify(settings(options))},
				{path: 'policy.toml', content: policy(options)},
			],
			stdin: prompt,
			sessionId,
		};
	},

	unsupported: options => [
		...(modes.includes(options.permissionMode) ? [] : ['permissionMode']),
		...notPlain('allowedTools', options.allowedTools),
		...notPlain('disallowedTools', options.disallowedTools),
		...(options.maxBudgetUsd === null ? [] : ['maxBudgetUsd']),
		...(options.appendSystemPrompt === null ? [] : ['appendSystemPrompt']),
		// It connects none in a workspace that is not trusted, and a repository's code would run in one that is.
		...(Object.keys(options.mcpServers).length === 0 ? [] : ['mcpServers']),
	],

	read: readGeminiTranscript,

	verdict(output, end) {
		const events = readEvents(output, GeminiEvent);
		const begun = events.find(event => event.type === 'init');
		const result = events.findLast(event => event.type === 'result');
		const lastTool = events.findLastIndex(event => event.type === 'tool_result');
		const text = events
			.slice(lastTool + 1)
			.flatMap(event => (event.type === 'message' && event.role === 'assistant' ? [event.content] : []))
			.join('');
		const {stats} = result ?? {};
		const tokens = stats
			? {input: stats.input, output: stats.output_tokens, cacheRead: stats.cached, cacheWrite: 0}
			: null;
		return conclude(end, {
			sessionId: begun?.session_id ?? null,
			model: begun?.model ?? null,
			result: {text: text === '' ? null : text, turns: null, costUsd: null, tokens, usageOf: 'run'},
			isComplete: result?.status === 'success',
			failure: failure(result?.error?.message ?? null, end),
		});
	},
};

const settings = ({maxTurns}: AgentOptions) => ({
	// Without it, an address of one's own selects a kind of sign-in that the program itself refuses.
	security: {auth: {selectedType: 'gemini-api-key'}, folderTrust: {enabled: false}},
	general: {enableAutoUpdate: false, maxAttempts: 2},
	privacy: {usageStatisticsEnabled: false},
	...(maxTurns === null ? {} : {model: {maxSessionTurns: maxTurns}}),
});

/** Whatever would be asked is denied, since nobody is there. The highest priority wins; 998 and 999 are the highest of a user's rules. */
const policy = ({permissionMode, allowedTools, disallowedTools}: AgentOptions): string => {
	const allowed = permissionMode === 'bypassPermissions' ? ['*'] : allowedTools;
	return [
		...allowed.map(tool => rule(tool, 'allow', 998)),
		...disallowedTools.map(tool => rule(tool, 'deny', 999)),
	].join('\n');
};

const rule = (tool: string, decision: 'allow' | 'deny', priority: number): string =>
	`[[rule]]\ntoolName = "${tool}"\ndecision = "${decision}"\npriority = ${priority}\n${decision === 'allow' ? 'allowRedirection = true\n' : ''}`;

const failure = (message: string | null, end: RunEnd): Reason | null => {
	const {exitCode, errorTail} = end;
	if (errorTail.includes('Error resuming session')) return {code: 'AGENT_SESSION_NOT_FOUND', params: {}};
	if (exitCode === 53) return {code: 'AGENT_TURN_LIMIT', params: {message: short(message ?? '')}};
	if (message === null) return null;
	const said = /"code":\s*(\d{3})/.exec(message)?.[1];
	// The exit code is what fits of the provider's status into a byte.
	const status = said ? Number(said) : statuses.find(each => each % 256 === exitCode);
	if (status !== undefined) return providerReason(status, message);
	if (/terminated|fetch failed|network|socket|timed? ?out/i.test(message)) return providerReason(null, message);
	return {code: 'AGENT_FAILED', params: {exitCode, message: short(message)}};
};

const statuses = [400, 401, 403, 404, 429, 500, 502, 503, 504, 529];
