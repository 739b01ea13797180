import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {until} from '../until.ts';

interface Entry {
	pid: number;
	commandLine: string;
}

/** Remembers a process, so that a later run can tell whether it is still there after a crash. */
export function rememberProcess(file: string, pid: number): void {
	mkdirSync(dirname(file), {recursive: true});
	writeFileSync(file, JSON.stringify({pid, commandLine: commandLineOf(pid)} satisfies Entry));
}

/** Forgets the process of this file. */
export function forgetProcess(file: string): void {
	rmSync(file, {force: true});
}

/** The process that the file remembers, if it still runs: a number that meanwhile belongs to another command is not it. */
export function rememberedProcess(file: string): number | null {
	if (!existsSync(file)) return null;
	try {
		const {pid, commandLine} = JSON.parse(readFileSync(file, 'utf8')) as Entry;
		return commandLine !== '' && commandLineOf(pid) === commandLine ? pid : null;
	} catch {
		// Cut short by a crash while it was written.
		return null;
	}
}

/** Ends what a run that crashed left behind; answers its process id, or null when there was nothing. */
export async function endRemembered(file: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
	const pid = rememberedProcess(file);
	if (pid !== null) {
		process.kill(pid, signal);
		const gone = () => rememberedProcess(file) === null;
		if (!(await until(gone, 15_000))) {
			process.kill(pid, 'SIGKILL');
			await until(gone, 5000);
		}
	}
	forgetProcess(file);
	return pid;
}

/** Empty for a process that does not exist or has ended without being collected. */
function commandLineOf(pid: number): string {
	try {
		return existsSync('/proc/self/cmdline')
			? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
			: execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {encoding: 'utf8'});
	} catch {
		return '';
	}
}
