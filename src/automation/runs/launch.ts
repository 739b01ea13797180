import {AppError} from '../../errors.ts';
import type {SecretService} from '../../secrets/secret.service.ts';
import type {Agent, Credentials} from '../agents/agent-adapter.ts';
import {agentAdapters} from '../agents/agent-adapters.ts';
import type {Execution} from '../execution.entity.ts';
import {folderOf, type SupervisedRun} from '../supervisor/supervisor.ts';

/** What an attempt is started with, but for the limit of its output. */
export type PreparedRun = Omit<SupervisedRun, 'maxOutputBytes'> & {sessionId: string | null};

/** The secrets that hold what an agent needs to reach its model: of the workspace, or else of whoever made the job. */
export const credentialNames: Record<Agent, {token: string; baseUrl: string}> = {
	'claude-code': {token: 'ANTHROPIC_API_KEY', baseUrl: 'ANTHROPIC_BASE_URL'},
	codex: {token: 'OPENAI_API_KEY', baseUrl: 'OPENAI_BASE_URL'},
	gemini: {token: 'GEMINI_API_KEY', baseUrl: 'GEMINI_BASE_URL'},
	opencode: {token: 'OPENCODE_API_KEY', baseUrl: 'OPENCODE_BASE_URL'},
};

/**
 * How to start an attempt. Secrets are read now, and not a moment earlier. Rejects with AGENT_CREDENTIALS_MISSING{name} and what `secrets.resolve`
 * rejects with.
 */
export const prepareRun = async (
	execution: Execution,
	{id, userId, secrets}: {id: string; userId: string; secrets: SecretService},
): Promise<PreparedRun> => {
	const {work, payload} = execution;
	const folder = folderOf(execution.id);
	const given = payload === null ? [] : [{path: 'payload.json', content: payload}];
	const payloadEnv: Record<string, string> = payload === null ? {} : {WEBHOOK_PAYLOAD_FILE: `${folder}/payload.json`};
	const common = {id, folder, timeoutSeconds: work.timeoutSeconds};
	if (work.agent === null) {
		const command = work.command ?? [];
		return {...common, command, stdin: '', env: payloadEnv, files: given, mergeErrors: true, sessionId: null};
	}
	const launch = agentAdapters[work.agent].launch({
		executionId: execution.id,
		attempt: execution.attempt,
		prompt: payload === null ? (work.prompt ?? '') : withPayload(work.prompt ?? '', `${folder}/payload.json`),
		model: work.model,
		options: work.agentOptions,
		credentials: await credentialsOf(work.agent, execution.workspace, userId, secrets),
		resume: execution.resumes,
		folder,
	});
	return {
		...common,
		command: launch.command,
		stdin: launch.stdin,
		env: {...launch.env, ...payloadEnv, ...launch.secretEnv},
		files: [...launch.files, ...given],
		mergeErrors: false,
		sessionId: launch.sessionId,
	};
};

const withPayload = (prompt: string, file: string): string =>
	`${prompt}\n\nThe request that caused this run is in the file ${file}.`;

const credentialsOf = async (
	agent: Agent,
	workspaceId: string,
	userId: string,
	secrets: SecretService,
): Promise<Credentials> => {
	const {token: tokenName, baseUrl} = credentialNames[agent];
	const found = await secrets.resolve({workspaceId, userId}, [tokenName, baseUrl]);
	const token = found.get(tokenName);
	if (token === undefined) throw new AppError('AGENT_CREDENTIALS_MISSING', {name: tokenName});
	return {token, baseUrl: found.get(baseUrl) ?? null};
};
