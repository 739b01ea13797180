import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {stripVTControlCharacters} from 'node:util';

/** How many tests ended how; a file that crashed, timed out or held no test counts as one that failed. */
export interface Counts {
	passed: number;
	failed: number;
	skipped: number;
}

/** A run of the test runner that is under way. */
export interface AvaRun {
	finished: Promise<Counts>;
	interrupt(): void;
}

const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('ava')));

/** Runs ava, passes its output on and counts in it. Its TAP output is no use: a test that hangs makes that reporter crash. */
export function runAva(args: string[], env: NodeJS.ProcessEnv): AvaRun {
	const color = process.stdout.isTTY ? ['--color'] : ['--no-color'];
	const child = spawn(process.execPath, [cli, ...color, ...args], {env, stdio: ['ignore', 'pipe', 'inherit']});
	process.on('exit', () => child.kill('SIGKILL'));
	const counts: Counts = {passed: 0, failed: 0, skipped: 0};
	const lines = createInterface({input: child.stdout});
	lines.on('line', line => {
		console.log(line);
		const kind = kindOf(stripVTControlCharacters(line));
		if (kind) counts[kind]++;
	});
	const finished = new Promise<Counts>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', code => {
			if (code !== 0 && counts.failed === 0) counts.failed = 1;
			resolve(counts);
		});
	});
	return {finished, interrupt: () => void child.kill('SIGINT')};
}

/** What a line of ava's report says about one test; titles stand after two spaces and a mark, anything else deeper. */
export function kindOf(line: string): keyof Counts | null {
	if (line.startsWith('  ✔ ')) return 'passed';
	if (line.startsWith('  ✘ ')) return 'failed';
	if (line.startsWith('  - [skip] ') || line.startsWith('  - [todo] ')) return 'skipped';
	return null;
}
