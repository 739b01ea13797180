import {spawn} from 'node:child_process';
import {closeSync, existsSync, mkdirSync, openSync, readdirSync} from 'node:fs';
import {aptInstall, canInstall} from '../machine/apt.ts';
import {whyNoAnswer} from './docker-client.ts';
import {execute} from '../machine/execute.ts';
import {Problem} from '../problem.ts';
import type {Report} from '../report.ts';
import {logFileOf, logTail} from '../processes/server-process.ts';
import {until} from '../until.ts';
import {which} from '../machine/which.ts';

const defaultHost = 'unix:///var/run/docker.sock';

/** The engine, and what an engine needs on machines that were installed without recommended packages. */
const packages = ['docker.io', 'iptables', 'apparmor', 'cgroupfs-mount', 'ca-certificates'];

/** What {@link ensureDocker} needs. */
export interface DockerOptions {
	dataDir: string;
	env: NodeJS.ProcessEnv;
	report: Report;
}

/** An engine: where it is or will be. One that `isNew` is being installed, and holds nothing yet. */
export interface Engine {
	host: Promise<string>;
	isNew: boolean;
}

/**
 * A Docker engine: DOCKER_HOST when it is given, one that answers on this machine, a `dockerd` that is installed, or the
 * package docker.io. An engine that we start is never stopped: workspaces belong to people and outlive the manager, and
 * stopping the engine would end them all. It belongs to the machine, as it would had the machine's service manager started it.
 */
export async function ensureDocker(options: DockerOptions): Promise<Engine> {
	const {env} = options;
	if (env.DOCKER_HOST) {
		const reason = await whyNoAnswer(env.DOCKER_HOST);
		if (reason) throw new Problem(`No Docker engine answers at ${env.DOCKER_HOST} (DOCKER_HOST): ${reason}.`);
		return {host: Promise.resolve(env.DOCKER_HOST), isNew: false};
	}
	const found = await findEngine(env);
	if (found) return {host: Promise.resolve(found), isNew: false};
	const isNew = which('dockerd') === null;
	if (process.getuid?.() !== 0 || (isNew && !canInstall()))
		throw new Problem(
			'A Docker engine is needed: install and start Docker (Debian: apt-get install docker.io), or set DOCKER_HOST.',
		);
	return {host: startOrInstall(options, isNew), isNew};
}

async function startOrInstall({dataDir, report}: DockerOptions, isNew: boolean): Promise<string> {
	if (isNew) await aptInstall(packages, report);
	if (existsSync('/run/systemd/system')) await execute('systemctl', ['start', 'docker']);
	if ((await whyNoAnswer(defaultHost)) !== null) await startEngine(which('dockerd') ?? 'dockerd', dataDir);
	report(`A Docker engine runs at ${defaultHost}; it goes on running, with the workspaces in it.`);
	return defaultHost;
}

async function findEngine(env: NodeJS.ProcessEnv): Promise<string | null> {
	const hosts = [
		defaultHost,
		...(env.XDG_RUNTIME_DIR ? [`unix://${env.XDG_RUNTIME_DIR}/docker.sock`] : []),
		...(env.HOME ? [`unix://${env.HOME}/.docker/run/docker.sock`] : []),
	];
	for (const host of hosts) {
		const reason = await whyNoAnswer(host);
		if (reason === null) return host;
		if (reason === 'EACCES')
			throw new Problem(
				`This user may not use the Docker engine at ${host}: add the user to the group "docker" and log in again.`,
			);
	}
	return null;
}

async function startEngine(program: string, dataDir: string): Promise<void> {
	mkdirSync(`${dataDir}/logs`, {recursive: true});
	// What an init system would have mounted.
	if (readdirSync('/sys/fs/cgroup').length === 0 && which('cgroupfs-mount')) await execute('cgroupfs-mount', []);
	const log = openSync(logFileOf(dataDir, 'dockerd'), 'a', 0o600);
	const env = {...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`};
	const child = spawn(program, [], {env, detached: true, cwd: '/', stdio: ['ignore', log, log]});
	closeSync(log);
	child.unref();
	let ended = false;
	child.once('exit', () => {
		ended = true;
	});
	await until(async () => ended || (await whyNoAnswer(defaultHost)) === null, 60_000, 200);
	if ((await whyNoAnswer(defaultHost)) !== null)
		throw new Problem(`The Docker engine could not be started; the end of its log:\n${logTail(dataDir, 'dockerd')}`);
}
