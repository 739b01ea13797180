import {execute, lastLines} from './execute.ts';
import {Problem} from '../problem.ts';
import type {Report} from '../report.ts';
import {which} from './which.ts';

/** Whether Debian packages can be installed here without asking anybody. */
export const canInstall = (): boolean => process.getuid?.() === 0 && which('apt-get') !== null;

let waiting = new Set<string>();
let next: Promise<void> | null = null;
let last: Promise<unknown> | null = null;

/** Installs Debian packages. apt allows one at a time: what is asked for while it is busy is installed together afterwards. */
export function aptInstall(packages: string[], report: Report): Promise<void> {
	for (const name of packages) waiting.add(name);
	last ??= apt(['update']);
	next ??= last.then(() => {
		const batch = [...waiting];
		waiting = new Set();
		const turn = next;
		next = null;
		last = turn?.catch(() => {}) ?? null;
		report(`Installing ${batch.join(', ')} with apt-get.`);
		return apt(['install', '-y', '--no-install-recommends', ...batch]);
	});
	return next;
}

async function apt(args: string[]): Promise<void> {
	const {code, output} = await execute('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
		// With RUNLEVEL=1 a package does not start its service on machines without systemd: what runs here is started here.
		env: {...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1'},
		// A dpkg that is killed half-way leaves a machine that needs repair.
		outlives: true,
	});
	if (code !== 0) throw new Problem(`"apt-get ${args.join(' ')}" failed:\n${lastLines(output)}`);
}
