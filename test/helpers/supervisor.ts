import {readFileSync} from 'node:fs';
import {parseCleared, parseRunState, type RunState} from '../../src/automation/supervisor/run-state.ts';
import type {Box} from './box.ts';

const script = readFileSync(new URL('../../src/automation/supervisor/agent-run.sh', import.meta.url), 'utf8');
const place = '/tmp/agent-run.sh';

export type Supervisor = Awaited<ReturnType<typeof installSupervisor>>;

/** The supervisor in a box, its verbs as functions. */
export const installSupervisor = async (box: Box, env: Record<string, string> = {}) => {
	const write = async (path: string, content: string): Promise<void> => {
		const command = ['sh', '-c', 'umask 077; mkdir -p "$(dirname "$0")"; cat > "$0"', path];
		const {exitCode, stderr} = await box.run(command, {stdin: content});
		if (exitCode !== 0) throw new Error(`${path} could not be written: ${stderr}`);
	};
	await write(place, script);

	const command = (...words: string[]) => [
		'env',
		...Object.entries(env).map(pair => pair.join('=')),
		'sh',
		place,
		...words,
	];
	/** The verb as it is: its exit code and all it says. */
	const ask = (...words: string[]) => box.run(command(...words));
	const state = async (...words: string[]): Promise<RunState> => {
		const {exitCode, stdout, stderr} = await ask(...words);
		if (exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${exitCode}: ${stderr}`);
		return parseRunState(stdout);
	};
	return {
		write,
		command,
		ask,
		start: (id: string, options: string[], ...words: string[]) => state('start', id, ...options, '--', ...words),
		status: (id: string) => state('status', id),
		/** Given seconds, it is over within these. */
		stop: (id: string, reason = 'test', seconds = 0) => state('stop', id, reason, String(seconds)),
		/** How many of its processes would not die. */
		clear: async (id: string) => parseCleared((await ask('clear', id)).stdout),
		forget: (id: string) => state('forget', id),
		/** Its state at its end. */
		ended: (id: string, seconds = 60) => state('wait', id, String(seconds)),
		output: async (id: string, offset = 0) => (await ask('read', id, String(offset), '16000000')).stdout,
		/** What it wrote to its standard error. */
		errors: async (id: string) => (await box.run(['sh', '-c', `cat "$HOME/.agent-runs/${id}/err"`])).stdout,
		/** How many processes of the run there are. */
		async count(id: string): Promise<number> {
			const marked = `grep -lszxF "AGENT_RUN_ID=${id}" /proc/[0-9]*/environ | wc -l`;
			return Number((await box.run(['sh', '-c', marked])).stdout);
		},
		/** Kills the run's own process, as a crash would; not what it started, and not its supervisor. */
		async crash(id: string, program: string): Promise<void> {
			const parent = '"$(sed "s/pid=\\([0-9]*\\).*/\\1/" "$HOME/.agent-runs/$0/started")"';
			await box.run(['sh', '-c', `pkill -KILL -P ${parent} -f "^$1"`, id, program]);
		},
		/** Command lines of all that runs inside. */
		async processes(): Promise<string> {
			const list = 'for each in /proc/[0-9]*; do tr "\\0" " " < $each/cmdline; echo; done 2>/dev/null';
			return (await box.run(['sh', '-c', list])).stdout;
		},
	};
};
