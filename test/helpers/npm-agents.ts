import {chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {execute} from '../../stack/machine/execute.ts';
import {toolsFolder} from '../../stack/paths.ts';
import type {BoxOptions} from './box.ts';
import {dockerHost} from './docker-world.ts';

const folder = `${toolsFolder}/agents`;
const mounted = '/opt/agent';

/**
 * A box with an agent that the workspace image does not have, fetched from the registry once and kept: its options, or null where no
 * registry answers, or where the engine is on another machine. `programs`: where in the package's surroundings its program is.
 */
export const boxWithAgent = async (name: string, version: string, programs: string): Promise<BoxOptions | null> => {
	if (!dockerHost.startsWith('unix:')) return null;
	const target = `${folder}/${name.replaceAll('/', '-')}-${version}`;
	if (!existsSync(target) && !(await fetchPackage(name, version, target))) return null;
	return {
		readOnly: {[mounted]: target},
		env: {PATH: `${mounted}/node_modules/${programs}:/usr/local/bin:/usr/bin:/bin`},
	};
};

const fetchPackage = async (name: string, version: string, target: string): Promise<boolean> => {
	mkdirSync(folder, {recursive: true});
	const fetched = mkdtempSync(`${folder}/.fetch-`);
	// Inside, another user reads it.
	chmodSync(fetched, 0o755);
	try {
		writeFileSync(`${fetched}/package.json`, JSON.stringify({private: true, dependencies: {[name]: version}}));
		const quiet = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'];
		const {code} = await execute('npm', ['install', ...quiet], {cwd: fetched, timeoutMs: 100_000});
		// Another test run may have been faster.
		if (code === 0 && !existsSync(target)) renameSync(fetched, target);
		return code === 0;
	} finally {
		rmSync(fetched, {recursive: true, force: true});
	}
};
