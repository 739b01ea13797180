import type {AgentOptions} from './agent-options.schema.ts';
import type {TranscriptEntry} from './transcript.ts';
import type {RunEnd, Verdict} from './verdict.ts';

export const agents = ['claude-code', 'codex', 'gemini', 'opencode'] as const;
export type Agent = (typeof agents)[number];

/** What the product needs to know of one agent's command line. Pure: nothing here touches a file, a process or the network. */
export interface AgentAdapter {
	/** False: without a model of its own choice the agent finds one. */
	readonly needsModel: boolean;
	/** How to start it. The options must have passed `unsupported`. */
	launch(request: LaunchRequest): Launch;
	/** The paths of the options that this agent cannot honour, in the notation of a request: `allowedTools[1]`. */
	unsupported(options: AgentOptions): string[];
	/** What was said and done, from the output so far. Whatever is not understood is passed over or kept as a notice. */
	read(output: string): TranscriptEntry[];
	/** How a run went that has ended, from its whole output. Never throws. */
	verdict(output: string, end: RunEnd): Verdict;
}

export interface LaunchRequest {
	executionId: string;
	/** From 1. Together with the execution it names a new session, so the same attempt can never become two. */
	attempt: number;
	prompt: string;
	/** As the agent names it; null: the agent's own choice. */
	model: string | null;
	options: AgentOptions;
	credentials: Credentials;
	/** The session to go on with, as an earlier verdict named it; null: a new one. */
	resume: string | null;
	/** Absolute path of a folder inside that belongs to this execution and outlives its attempts. */
	folder: string;
}

/** Of a provider, or of a gateway that holds the provider's key and takes a token for it. */
export interface Credentials {
	/** Without the version (`/v1`); null: the provider's own address. */
	baseUrl: string | null;
	token: string;
}

export interface Launch {
	command: string[];
	/** On top of the environment of the workspace. */
	env: Record<string, string>;
	/** The same, but never to be seen: not in an argument, a log or a stored file. */
	secretEnv: Record<string, string>;
	/** To be there before it starts, readable by its user alone. Paths are relative to the request's folder. */
	files: {path: string; content: string}[];
	stdin: string;
	/** Known beforehand only when the agent lets us choose. */
	sessionId: string | null;
}
