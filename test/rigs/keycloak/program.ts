import {createHash} from 'node:crypto';
import {createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {pipeline} from 'node:stream/promises';
import {aptInstall, canInstall} from '../../../stack/machine/apt.ts';
import {execute, lastLines} from '../../../stack/machine/execute.ts';
import {which} from '../../../stack/machine/which.ts';
import {takeLock} from '../../../stack/processes/lock.ts';
import {Problem} from '../../../stack/problem.ts';
import type {Report} from '../../../stack/report.ts';
import {until} from '../../../stack/until.ts';
import {findJava, oldestJava} from './java.ts';

/** Keycloak as it was unpacked, and the Java that runs it. */
export interface Program {
	home: string;
	java: string;
}

const version = '26.7.3';
const sha256 = '27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f';
const cache = `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/workspace-manager/keycloak`;
const home = `${cache}/keycloak-${version}`;
const complete = `${home}/.complete`;

/** What `prepareKeycloak` has made ready, now or in a run before; null: the tests that need it are skipped. */
export const installedKeycloak = (): Program | null => {
	const java = findJava();
	return java && existsSync(complete) ? {home, java} : null;
};

/** Makes Keycloak ready to start, once for all runs on this machine. Never rejects: says why it cannot be had. */
export const prepareKeycloak = async (report: Report): Promise<void> => {
	if (installedKeycloak()) return;
	try {
		await alone(() => install(report));
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		report(`Keycloak cannot be had, and the tests that need it are skipped: ${reason}`);
	}
};

const install = async (report: Report): Promise<void> => {
	// Another run may have done it in the meantime.
	if (installedKeycloak()) return;
	const java = await ensureJava(report);
	if (!which('mvn') && canInstall()) await aptInstall(['maven'], report);
	if (!which('mvn')) throw new Problem('it is fetched with Maven, which is not installed.');
	const folder = mkdtempSync(`${cache}/fetch-`);
	try {
		report(`Fetching Keycloak ${version} with Maven (177 MB, once).`);
		const zip = await fetchZip(folder);
		await must('python3', ['-m', 'zipfile', '-e', zip, folder]);
		rmSync(home, {recursive: true, force: true});
		renameSync(`${folder}/keycloak-${version}`, home);
		// What a start would otherwise do each time, and several at once would do to the same files.
		await must('sh', [`${home}/bin/kc.sh`, 'build', '--db=dev-mem', '--cache=local'], {JAVA_HOME: java});
		writeFileSync(complete, '');
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
};

const ensureJava = async (report: Report): Promise<string> => {
	if (!findJava() && canInstall()) await aptInstall(['default-jre-headless'], report);
	const java = findJava();
	if (!java) throw new Problem(`it needs Java ${oldestJava} or newer, which is not installed.`);
	return java;
};

const fetchZip = async (folder: string): Promise<string> => {
	await must('mvn', [
		'--batch-mode',
		'--quiet',
		'--strict-checksums',
		'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy',
		`-Dartifact=org.keycloak:keycloak-quarkus-dist:${version}:zip`,
		`-DoutputDirectory=${folder}`,
	]);
	const zip = `${folder}/keycloak-quarkus-dist-${version}.zip`;
	const hash = createHash('sha256');
	await pipeline(createReadStream(zip), hash);
	if (hash.digest('hex') !== sha256) throw new Problem('what Maven fetched is not the file that is expected.');
	return zip;
};

const must = async (command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> => {
	const {code, output} = await execute(command, args, {env: {...process.env, ...env}, timeoutMs: 600_000});
	if (code !== 0) throw new Problem(`"${command} ${args[0]} …" ended with ${code}:\n${lastLines(output)}`);
};

/** One run at a time fetches; the others wait for it. */
const alone = async (work: () => Promise<void>): Promise<void> => {
	mkdirSync(cache, {recursive: true});
	let release: (() => void) | null = null;
	const take = () => {
		const lock = takeLock(`${cache}/lock.json`);
		if (typeof lock === 'function') release = lock;
		return release !== null;
	};
	if (!(await until(take, 900_000, 500))) throw new Problem('another run has been fetching it for 15 minutes.');
	try {
		await work();
	} finally {
		(release as (() => void) | null)?.();
	}
};
