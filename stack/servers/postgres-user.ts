import {execute} from '../machine/execute.ts';
import {Problem} from '../problem.ts';

/** Whom PostgreSQL runs as: nobody in particular (the caller), or the user `postgres` when the caller is root, which it refuses to be. */
export interface PostgresUser {
	uid?: number;
	gid?: number;
}

/** Finds or creates the user. */
export async function postgresUser(): Promise<PostgresUser> {
	if (process.getuid?.() !== 0) return {};
	const found = await lookUp();
	if (found) return found;
	await execute('useradd', [
		'--system',
		'--user-group',
		'--no-create-home',
		'--shell',
		'/usr/sbin/nologin',
		'postgres',
	]);
	const created = await lookUp();
	if (!created)
		throw new Problem(
			'PostgreSQL cannot run as root and the user "postgres" could not be created; create it, or start as another user.',
		);
	return created;
}

/** Whether the user can read and enter a folder. */
export async function canEnter(user: PostgresUser, folder: string): Promise<boolean> {
	const {code} = await execute('/bin/sh', ['-c', 'test -r "$0" && test -x "$0"', folder], {...user, cwd: '/'});
	return code === 0;
}

async function lookUp(): Promise<PostgresUser | null> {
	const ids = await Promise.all(['-u', '-g'].map(flag => execute('id', [flag, 'postgres'])));
	const [uid, gid] = ids.map(({code, output}) => (code === 0 ? Number(output) : Number.NaN));
	return Number.isInteger(uid) && Number.isInteger(gid) ? {uid, gid} : null;
}
