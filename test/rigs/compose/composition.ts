import {randomBytes} from 'node:crypto';
import {cpSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {execute, lastLines} from '../../../stack/machine/execute.ts';
import {root} from '../../../stack/paths.ts';
import {Problem} from '../../../stack/problem.ts';
import {until} from '../../../stack/until.ts';
import {makeSettings} from './settings.ts';

export type Composition = Awaited<ReturnType<typeof createComposition>>;

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** A copy of this folder's files with settings of its own, and what tests do with it. Nothing of it runs yet. */
export const createComposition = async (env: NodeJS.ProcessEnv) => {
	const id = randomBytes(3).toString('hex');
	const folder = await copyCheckout(id);
	const socket = (env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
	const settings = await makeSettings(id, socket);
	/** What the workspace keeps from step to step. */
	const memory: Record<string, string> = {};
	let files = ['-f', 'docker-compose.yml'];

	const docker = async (args: string[], timeoutMs = 60_000): Promise<string> => {
		const {code, output} = await execute('docker', args, {cwd: folder, env: clean(env), timeoutMs});
		if (code !== 0) throw new Problem(`docker ${args.join(' ')} ended with ${code}:\n${lastLines(output, 30)}`);
		return output.trim();
	};
	const compose = (args: string[], timeoutMs?: number) => docker(['compose', ...files, ...args], timeoutMs);
	const base = `http://127.0.0.1:${settings['PORT']}`;

	return {
		id,
		folder,
		settings,
		memory,
		docker,
		compose,
		/** Writes .env; what is given changes or adds to it. */
		configure(changes: Record<string, string> = {}): void {
			Object.assign(settings, changes);
			const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
			writeFileSync(path.join(folder, '.env'), lines.join(''), {mode: 0o600});
		},
		/** From now on with the development overlay, or without. */
		withOverlay(wanted: boolean): void {
			files = ['-f', 'docker-compose.yml', ...(wanted ? ['-f', 'docker-compose.dev.yml'] : [])];
		},

		/** Asks the API. Rejects when the answer is an error, unless its status is expected. */
		async api(
			method: string,
			route: string,
			options: {body?: object; token?: string; expect?: number} = {},
		): Promise<Json> {
			const response = await fetch(`${base}${route}`, {
				method,
				headers: {
					...(options.body && {'Content-Type': 'application/json'}),
					...(options.token && {Authorization: `Bearer ${options.token}`}),
				},
				...(options.body && {body: JSON.stringify(options.body)}),
				signal: AbortSignal.timeout(60_000),
			});
			const text = await response.text();
			const fine = options.expect === undefined ? response.ok : response.status === options.expect;
			if (!fine) throw new Problem(`${method} ${route} was answered with ${response.status}: ${text.slice(0, 500)}`);
			return text === '' ? null : JSON.parse(text);
		},
		/** The id of a service's container. */
		container: (service: string) => compose(['ps', '-aq', service]),
		inspect: (container: string, format: string) => docker(['inspect', '-f', format, container]),

		/** The last lines of every service that does not run well. */
		async lastWords(): Promise<string> {
			const {output} = await execute('docker', ['compose', ...files, 'ps', '-a'], {cwd: folder, env: clean(env)});
			const logs = await execute('docker', ['compose', ...files, 'logs', '--tail', '15', '--no-color'], {
				cwd: folder,
				env: clean(env),
				timeoutMs: 30_000,
			});
			return `${output}\n${logs.output}`;
		},
	};
};

/** Waits until the question is answered with yes; what is asked may fail meanwhile. */
export const eventually = async (what: string, seconds: number, ask: () => Promise<boolean>): Promise<void> => {
	let reason = '';
	const isSo = await until(
		() =>
			ask().catch((error: unknown) => {
				reason = ` ${error instanceof Error ? error.message : String(error)}`;
				return false;
			}),
		seconds * 1000,
		250,
	);
	if (!isSo) throw new Problem(`Not within ${seconds} s: ${what}.${reason}`);
};

/** `docker compose` puts the shell before .env: no setting of this process may get in. */
const clean = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
	Object.fromEntries(
		['PATH', 'HOME', 'DOCKER_CONFIG', 'DOCKER_HOST'].flatMap(name => (env[name] ? [[name, env[name]]] : [])),
	);

const copyCheckout = async (id: string): Promise<string> => {
	const folder = mkdtempSync(path.join(tmpdir(), `wsm-compose-${id}-`));
	const {code, output} = await execute('git', ['ls-files', '-co', '--exclude-standard', '-z'], {cwd: root});
	if (code !== 0) throw new Problem(`The files of the project could not be listed:\n${lastLines(output)}`);
	for (const file of output.split('\0')) {
		if (
			!/^(src|workflows|activities|temporal|migrations|images|deploy|stack|docker-compose|Dockerfile|package|tsconfig|\.docker)/.test(
				file,
			)
		)
			continue;
		mkdirSync(path.join(folder, path.dirname(file)), {recursive: true});
		cpSync(path.join(root, file), path.join(folder, file));
	}
	return folder;
};
