import {readdirSync, readFileSync} from 'node:fs';

const ticksPerSecond = 100;

/** Memory of one process in MiB, with all pages that it shares with others. */
export const residentOf = (pid: number): number => numberIn(`/proc/${pid}/status`, 'VmRSS') / 1024;

/** Memory in MiB of a process and everything that it started; pages that several of them share count once. */
export const proportionalOf = (pid: number): number =>
	treeOf(pid).reduce((sum, member) => sum + numberIn(`/proc/${member}/smaps_rollup`, 'Pss') / 1024, 0);

/** Processor time in milliseconds that a process and everything that it started have used so far. */
export const processorTimeOf = (pid: number): number =>
	treeOf(pid).reduce((sum, member) => sum + ticksOf(member), 0) * (1000 / ticksPerSecond);

function treeOf(pid: number): number[] {
	const children = readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.map(Number)
		.filter(candidate => numberIn(`/proc/${candidate}/status`, 'PPid') === pid);
	return [pid, ...children.flatMap(treeOf)];
}

/** In the kernel and outside of it, with children that have ended. */
function ticksOf(pid: number): number {
	// The name, in parentheses, may hold anything.
	const fields = read(`/proc/${pid}/stat`).replace(/^.*\)/s, '').trim().split(' ');
	return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

const numberIn = (file: string, name: string): number =>
	Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(read(file))?.[1] ?? 0);

/** Empty when the process has ended meanwhile. */
function read(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}
