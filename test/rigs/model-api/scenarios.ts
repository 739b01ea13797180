/** One answer. */
export interface Step {
	text?: string;
	/** Instead of a text: so many words. */
	words?: number;
	/** Calls the client's own shell with this command. */
	shell?: string;
	tool?: {name: string; input: object};
	/** Before each frame of a stream. */
	delayMs?: number;
	/** An HTTP status instead of an answer. */
	error?: number;
	retryAfter?: number;
	/** `headers`: never answers. `stream`: stops in the middle. */
	hang?: 'headers' | 'stream';
	/** Cuts the connection after so many frames; 0: before any byte. */
	drop?: number;
	usage?: {input?: number; output?: number; cacheRead?: number; cacheWrite?: number};
	/** Why it stops, in the provider's own word. */
	stop?: string;
}

/** A list: one for each attempt, the last for all further ones. */
export type Turn = Step | Step[];

/** The last turn repeats. `side` answers what offers no tools, such as a request for a title. */
export type Scenarios = Record<string, Turn[]>;

export const scenarios: Scenarios = {
	default: [{text: 'Hello from the model.'}],
	side: [{text: 'A title'}],
	write: [{text: 'I will write the file.', shell: 'echo hi > hi.txt'}, {text: 'The file is written.'}],
	loop: [{shell: 'echo again >> loop.txt'}],
	slow: [{words: 12, delayMs: 200}],
	slowWrite: [
		{text: 'I will write three lines, slowly.', shell: 'echo one > lines.txt; sleep 6'},
		...['two', 'three'].map(line => ({text: `Now line ${line}.`, shell: `echo ${line} >> lines.txt; sleep 6`})),
		{text: 'Three lines are written.'},
	],
	slowTool: [{shell: 'echo start >> slow.txt; sleep 60.5; echo end >> slow.txt'}, {text: 'It is over.'}],
	payload: [{shell: 'cat "$WEBHOOK_PAYLOAD_FILE"'}, {text: 'It is read.'}],
	background: [
		{tool: {name: 'Bash', input: {command: 'sleep 1', description: 'waits', run_in_background: true}}},
		{text: 'It runs.'},
		{text: 'It has ended.'},
	],
	costly: [{shell: 'true', usage: {input: 1_000_000, output: 100_000}}],
	cached: [{text: 'From the cache.', usage: {input: 10, output: 20, cacheRead: 300, cacheWrite: 40}}],
	cut: [{text: 'A cut reply', stop: 'max_tokens'}],
	refusal: [{text: 'No.', stop: 'refusal'}],
	e400: [{error: 400}],
	e401: [{error: 401}],
	e403: [{error: 403}],
	e429: [{error: 429, retryAfter: 1}],
	e500: [{error: 500}],
	e529: [{error: 529}],
	overloadedFourTimes: [[...Array.from({length: 4}, () => ({error: 529})), {text: 'At long last.'}]],
	limitedOnce: [[{error: 429, retryAfter: 1}, {text: 'At last.'}]],
	limitedFourTimes: [[...Array.from({length: 4}, () => ({error: 429, retryAfter: 1})), {text: 'At long last.'}]],
	hang: [{hang: 'headers'}],
	stall: [{words: 20, hang: 'stream'}],
	drop: [{words: 20, drop: 8}],
};
