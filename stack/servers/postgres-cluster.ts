import {randomBytes} from 'node:crypto';
import {chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {execute, lastLines} from '../machine/execute.ts';
import {publicFolder} from './postgres-binaries.ts';
import {canEnter, type PostgresUser} from './postgres-user.ts';
import {Problem} from '../problem.ts';

/** The files of one PostgreSQL and the password of its superuser. */
export interface Cluster {
	folder: string;
	password: string;
}

/** The database that a new cluster holds beside its own. */
export const databaseName = 'workspace_manager';

/**
 * Finds or makes the cluster of a data folder. `postgres.json` there says where it is; deleting the data folder therefore
 * means to begin anew, also when the cluster had to be put elsewhere. A cluster gets its name only when it is complete.
 */
export async function openCluster(dataDir: string, binaries: string, user: PostgresUser): Promise<Cluster> {
	const record = `${dataDir}/postgres.json`;
	if (existsSync(record)) {
		const cluster = JSON.parse(readFileSync(record, 'utf8')) as Cluster;
		if (existsSync(`${cluster.folder}/PG_VERSION`)) return cluster;
	}
	const home = (await canEnter(user, dataDir)) ? dataDir : `${publicFolder}/${randomBytes(6).toString('hex')}`;
	const cluster: Cluster = {folder: `${home}/postgres`, password: randomBytes(18).toString('base64url')};
	mkdirSync(home, {recursive: true});
	rmSync(cluster.folder, {recursive: true, force: true});
	const unfinished = `${cluster.folder}.unfinished`;
	await initialise({...cluster, folder: unfinished}, binaries, user);
	renameSync(unfinished, cluster.folder);
	writeFileSync(record, JSON.stringify(cluster), {mode: 0o600});
	return cluster;
}

async function initialise({folder, password}: Cluster, binaries: string, user: PostgresUser): Promise<void> {
	rmSync(folder, {recursive: true, force: true});
	mkdirSync(folder, {mode: 0o700});
	const passwordFile = `${tmpdir()}/workspace-manager-${randomBytes(6).toString('hex')}`;
	writeFileSync(passwordFile, password, {mode: 0o600});
	if (user.uid !== undefined && user.gid !== undefined)
		for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
	try {
		const asUser = {...user, cwd: '/', env: {...process.env, LC_ALL: 'C'}};
		const init = [
			'-D',
			folder,
			'-U',
			'postgres',
			'--auth=scram-sha-256',
			`--pwfile=${passwordFile}`,
			'--encoding=UTF8',
		];
		// The builtin provider sorts alike on every machine, whatever locales it has.
		const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-sync'];
		await must(`${binaries}/bin/initdb`, [...init, ...locale], asUser);
		await must(`${binaries}/bin/postgres`, ['--single', '-D', folder, 'postgres'], {
			...asUser,
			input: `CREATE DATABASE ${databaseName}\n`,
		});
	} finally {
		rmSync(passwordFile, {force: true});
	}
}

async function must(command: string, args: string[], options: Parameters<typeof execute>[2]): Promise<void> {
	const {code, output} = await execute(command, args, options);
	if (code !== 0 || /\b(ERROR|FATAL):/.test(output)) throw new Problem(`${command} failed:\n${lastLines(output)}`);
}
