import {spawn, type ChildProcess} from 'node:child_process';

/** How a command ended; `output` is what it wrote to both streams. */
export interface Outcome {
	code: number | null;
	output: string;
}

/** What {@link execute} may be told beside the command. */
export interface ExecuteOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	uid?: number;
	gid?: number;
	input?: string;
	timeoutMs?: number;
	/** Finishes even when this process exits before it. */
	outlives?: boolean;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
	for (const {pid} of running) if (pid !== undefined) killGroup(pid);
});

/** Runs a command to its end, out of reach of the terminal's Ctrl-C. Never rejects: a command that is missing has code 127. */
export function execute(
	command: string,
	args: string[],
	{input, timeoutMs, outlives = false, ...options}: ExecuteOptions = {},
): Promise<Outcome> {
	return new Promise(resolve => {
		const child = spawn(command, args, {
			...options,
			detached: true,
			timeout: timeoutMs,
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		if (!outlives) running.add(child);
		let output = '';
		const collect = (chunk: Buffer) => {
			output += chunk.toString();
		};
		child.stdout.on('data', collect);
		child.stderr.on('data', collect);
		child.stdin.on('error', () => {});
		child.stdin.end(input);
		child.on('error', error => resolve({code: 127, output: error.message}));
		child.on('close', code => {
			running.delete(child);
			resolve({code, output});
		});
	});
}

/** The last lines of a text, for an error message. */
export function lastLines(text: string, count = 15): string {
	return text.trimEnd().split('\n').slice(-count).join('\n');
}

function killGroup(pid: number): void {
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// It has ended meanwhile.
	}
}
