import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import type {Readable} from 'node:stream';
import {aptInstall, canInstall} from '../machine/apt.ts';
import {execute, lastLines} from '../machine/execute.ts';
import {toolsFolder} from '../paths.ts';
import {Problem} from '../problem.ts';
import type {Report} from '../report.ts';
import {which} from '../machine/which.ts';

const mirror = 'http://deb.debian.org/debian';

const sources = [
	`deb ${mirror} bookworm main`,
	`deb ${mirror} bookworm-updates main`,
	`deb ${mirror}-security bookworm-security main`,
	'',
].join('\n');

/** What nobody reads in a container; Debian's own slim image leaves out the same. */
const ballast = ['var/cache/apt', 'var/lib/apt/lists', 'var/log', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'];

/** Makes the files of a minimal Debian with debootstrap and answers their folder, which the caller removes. */
export async function makeDebianRoot(report: Report): Promise<string> {
	if (process.getuid?.() !== 0)
		throw new Problem(
			'The workspace image needs Debian: make an image registry reachable, or start once as root (for debootstrap).',
		);
	if (!which('debootstrap') && canInstall()) await aptInstall(['debootstrap'], report);
	if (!which('debootstrap'))
		throw new Problem('The workspace image needs Debian: make an image registry reachable, or install debootstrap.');

	mkdirSync(toolsFolder, {recursive: true});
	for (const stale of globSync(`${toolsFolder}/debian-*`)) rmSync(stale, {recursive: true, force: true});
	const folder = mkdtempSync(`${toolsFolder}/debian-`);
	const env = {...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`};
	const {code, output} = await execute('debootstrap', ['--variant=minbase', 'bookworm', folder, mirror], {env});
	if (code !== 0) throw new Problem(`debootstrap failed:\n${lastLines(output)}`);
	writeFileSync(`${folder}/etc/apt/sources.list`, sources);
	// debootstrap copies these two from this machine.
	for (const file of ['hostname', 'resolv.conf']) writeFileSync(`${folder}/etc/${file}`, '');
	report('Made a Debian root with debootstrap.');
	return folder;
}

/** The files as an archive for `docker import`. */
export function archiveOf(folder: string): ChildProcessByStdio<null, Readable, null> {
	const exclude = ballast.map(path => `--exclude=./${path}/*`);
	return spawn('tar', ['-C', folder, '--numeric-owner', ...exclude, '-c', '.'], {stdio: ['ignore', 'pipe', 'inherit']});
}
