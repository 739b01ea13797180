import {readdirSync, readFileSync} from 'node:fs';
import {until} from '../../stack/until.ts';

/** Finds processes that carry TEST_RUN_ID of this run in their environment and don't end by themselves, kills them, and answers what they were. */
export async function killLeftoverProcesses(runId: string): Promise<string[]> {
	await until(() => find(runId).length === 0, 3000, 200);
	const left = find(runId);
	const described = left.map(pid => `process ${pid}: ${read(pid, 'cmdline').replaceAll('\0', ' ').trim()}`);
	for (const pid of left) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// It has ended meanwhile.
		}
	}
	return described;
}

function find(runId: string): number[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.map(Number)
		.filter(pid => read(pid, 'environ').split('\0').includes(`TEST_RUN_ID=${runId}`));
}

function read(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		// Ended, or of another user.
		return '';
	}
}
