import {existsSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {execute, lastLines} from '../../../stack/machine/execute.ts';
import {root} from '../../../stack/paths.ts';
import {Problem} from '../../../stack/problem.ts';
import {settingsWithPlaceholders} from './settings.ts';

const rig = path.dirname(fileURLToPath(import.meta.url));
const cache = path.join(
	process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'),
	'workspace-manager-rigs/compose',
);

/** The environment for `docker compose`: this machine's own, or that of the plug-in which the rig has fetched. Null: neither. */
export const findCompose = async (): Promise<NodeJS.ProcessEnv | null> => {
	const own = {...process.env};
	if (await hasCompose(own)) return own;
	const fetched = {...own, DOCKER_CONFIG: path.join(cache, 'docker-config')};
	return existsSync(fetched.DOCKER_CONFIG) && (await hasCompose(fetched)) ? fetched : null;
};

const hasCompose = async (env: NodeJS.ProcessEnv): Promise<boolean> =>
	(await execute('docker', ['compose', 'version'], {env, timeoutMs: 20_000})).code === 0;

/** Makes `docker compose` and every image that the composition names available. Answers the environment for `docker`. */
export const prepare = async (): Promise<NodeJS.ProcessEnv> => {
	let env = await findCompose();
	if (!env) {
		await run(path.join(rig, 'compose.sh'), [], process.env);
		env = await findCompose();
	}
	if (!env) throw new Problem('docker compose could not be made available.');
	const missing = [];
	for (const image of await imagesOf(env)) if (!(await has(image, env))) missing.push(image);
	for (const image of missing) {
		// Where a registry of images is in reach, the makers' own image is the better one.
		const pulled = await execute('docker', ['pull', '-q', image], {env, timeoutMs: 600_000});
		if (pulled.code !== 0) await run(path.join(rig, 'images.sh'), [image], env);
	}
	if (!(await has('workspace-manager/workspace:latest', env)))
		await run(process.execPath, ['stack/bootstrap.mjs', 'stack/build-image.ts'], env);
	return env;
};

/** What the composition pulls, and the base of what it builds. */
const imagesOf = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
	const {code, output} = await execute(
		'docker',
		['compose', '--env-file', '/dev/null', '--profile', 'keycloak', 'config', '--images'],
		{cwd: root, env: {...env, ...settingsWithPlaceholders}},
	);
	if (code !== 0) throw new Problem(lastLines(output));
	const pulled = output.split('\n').filter(image => image.includes(':') && !image.startsWith('workspace-manager/'));
	return [...new Set(['node:24-bookworm-slim', ...pulled])];
};

const has = async (image: string, env: NodeJS.ProcessEnv): Promise<boolean> =>
	(await execute('docker', ['image', 'inspect', image], {env})).code === 0;

const run = async (command: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> => {
	const {code, output} = await execute(command, args, {cwd: root, env});
	if (code !== 0) throw new Problem(`${path.basename(command)} ${args.join(' ')} failed:\n${lastLines(output)}`);
};
