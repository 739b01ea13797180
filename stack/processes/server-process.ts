import {spawn} from 'node:child_process';
import {closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync} from 'node:fs';
import {endRemembered, forgetProcess, rememberProcess} from './pid-file.ts';
import {lastLines} from '../machine/execute.ts';
import {Problem} from '../problem.ts';
import type {Report} from '../report.ts';
import {until} from '../until.ts';

/** A process to start and how to end it. `name` is also the name of its log and pid file in `dataDir`. */
export interface Command {
	name: string;
	title: string;
	command: string;
	args: string[];
	dataDir: string;
	report: Report;
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	uid?: number;
	gid?: number;
	stopSignal?: NodeJS.Signals;
	stopWithinMs?: number;
}

/** A process that runs. `exited` says how it ended; `stop` may be called at any time, also twice. */
export interface ServerProcess {
	pid: number;
	exited: Promise<string>;
	hasExited(): boolean;
	stop(): Promise<void>;
}

/** A server did not live until it answered. */
export class EndedAtOnce extends Problem {}

const running = new Map<ServerProcess, () => void>();
process.on('exit', () => {
	for (const kill of running.values()) kill();
});

/** Ends everything that runs, for when a start is interrupted. What is left when this process exits is killed. */
export async function stopEverything(): Promise<void> {
	await Promise.all([...running.keys()].map(server => server.stop()));
}

/**
 * Starts a process in a session of its own, so that Ctrl-C reaches only the one who decides in which order things end.
 * The log of the run before is kept as `<name>.previous.log`.
 */
export async function startProcess(command: Command): Promise<ServerProcess> {
	const {name, title, dataDir, report, stopSignal = 'SIGTERM', stopWithinMs = 15_000} = command;
	const pidFile = pidFileOf(dataDir, name);
	const log = openLog(dataDir, name);
	const {cwd = dataDir, env, uid, gid} = command;
	const child = spawn(command.command, command.args, {cwd, env, uid, gid, detached: true, stdio: ['ignore', log, log]});
	closeSync(log);
	let ended = false;
	const exited = new Promise<string>(resolve => {
		child.once('error', error => resolve(error.message));
		child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
	}).finally(() => {
		ended = true;
	});
	const pid = child.pid;
	if (pid === undefined) throw new Problem(`${title} could not be started: ${await exited}.`);
	rememberProcess(pidFile, pid);

	const kill = () => {
		// The group, so that nothing it started stays behind.
		if (!ended) process.kill(-pid, 'SIGKILL');
	};
	const stop = async () => {
		if (!ended) child.kill(stopSignal);
		if (!(await until(() => ended, stopWithinMs))) {
			report(`${title} did not end within ${stopWithinMs / 1000} s and was killed.`);
			kill();
			await exited;
		}
		forgetProcess(pidFile);
	};
	const server = {pid, exited, hasExited: () => ended, stop};
	running.set(server, kill);
	void exited.finally(() => running.delete(server));
	return server;
}

/** Ends the process that a run which crashed left behind under this name; to be called before its port is looked at. */
export async function endLeftover({
	name,
	title,
	dataDir,
	report,
	stopSignal,
}: Omit<Command, 'command' | 'args'>): Promise<void> {
	const pid = await endRemembered(pidFileOf(dataDir, name), stopSignal);
	if (pid !== null) report(`Ended the ${title} (process ${pid}) that a run before had left behind.`);
}

/** Waits until a server answers; one that ends before is {@link EndedAtOnce}, one that takes too long a {@link Problem}, with the end of its log. */
export async function waitUntilReady(
	server: ServerProcess,
	{name, title, dataDir}: Command,
	isReady: () => Promise<boolean> | boolean,
	withinMs = 60_000,
): Promise<void> {
	const ready = await until(async () => server.hasExited() || (await isReady()), withinMs);
	if (ready && !server.hasExited()) return;
	const ending = server.hasExited() ? await server.exited : null;
	await server.stop();
	const what = ending === null ? `was not ready within ${withinMs / 1000} s` : `ended at once (${ending})`;
	const message = `${title} ${what}; the end of ${logFileOf(dataDir, name)}:\n${logTail(dataDir, name)}`;
	throw ending === null ? new Problem(message) : new EndedAtOnce(message);
}

/** Where a process writes. */
export const logFileOf = (dataDir: string, name: string): string => `${dataDir}/logs/${name}.log`;

/** Where a process is remembered. */
export const pidFileOf = (dataDir: string, name: string): string => `${dataDir}/run/${name}.json`;

/** The last lines that a process wrote. */
export function logTail(dataDir: string, name: string): string {
	const file = logFileOf(dataDir, name);
	return existsSync(file) ? lastLines(readFileSync(file, 'utf8')) : '';
}

function openLog(dataDir: string, name: string): number {
	mkdirSync(`${dataDir}/logs`, {recursive: true});
	const file = logFileOf(dataDir, name);
	if (existsSync(file)) renameSync(file, `${dataDir}/logs/${name}.previous.log`);
	return openSync(file, 'a', 0o600);
}
