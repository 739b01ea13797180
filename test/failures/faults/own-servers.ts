import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {rememberedProcess} from '../../../stack/processes/pid-file.ts';
import {pidFileOf, stopEverything} from '../../../stack/processes/server-process.ts';
import {startPostgres} from '../../../stack/servers/postgres.ts';
import {startRedis} from '../../../stack/servers/redis.ts';
import type {Service} from '../../../stack/servers/service.ts';
import {startTemporal} from '../../../stack/servers/temporal.ts';
import {until} from '../../../stack/until.ts';

/** A server that may be killed and started again, at the same address and with what it had stored. */
export interface MortalServer {
	url: string;
	/** Without a warning: SIGKILL. */
	kill(): Promise<void>;
	start(): Promise<void>;
}

export interface OwnServers {
	postgres: MortalServer;
	redis: MortalServer;
	temporal: MortalServer;
	namespace: string;
	close(): Promise<void>;
}

/** Servers of a test file's own: the run's are shared with tests that expect them to live. */
export const startOwnServers = async (): Promise<OwnServers> => {
	const dataDir = mkdtempSync(`${tmpdir()}/own-servers-`);
	// PostgreSQL may run as another user than the one who made the folder.
	chmodSync(dataDir, 0o755);
	const namespace = 'failures';
	const {DATABASE_URL: _1, REDIS_URL: _2, TEMPORAL_ADDRESS: _3, ...env} = process.env;
	const common = {dataDir, env, report: () => {}};

	const mortal = async (name: string, start: (port?: number) => Promise<Service>): Promise<MortalServer> => {
		const {url} = await start();
		const port = Number(/:(\d+)(\/[^/]*)?$/.exec(url)?.[1]);
		const pid = () => rememberedProcess(pidFileOf(dataDir, name));
		return {
			url,
			async kill() {
				process.kill(-pid()!, 'SIGKILL');
				if (!(await until(() => pid() === null, 5000, 20))) throw new Error(`${name} did not die`);
			},
			async start() {
				await start(port);
			},
		};
	};
	const [postgres, redis, temporal] = await Promise.all([
		mortal('postgres', port => startPostgres({...common, ...(port ? {port} : {})})),
		mortal('redis', port => startRedis({...common, ...(port ? {port} : {})})),
		mortal('temporal', port => startTemporal({...common, namespace, uiPort: null, ...(port ? {port} : {})})),
	]);
	return {
		postgres,
		redis,
		temporal,
		namespace,
		async close() {
			await stopEverything();
			rmSync(dataDir, {recursive: true, force: true});
		},
	};
};
