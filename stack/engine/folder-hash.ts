import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';

/** A hash of the names and contents of a folder's files; `node_modules` does not count. */
export function folderHash(folder: string): string {
	const hash = createHash('sha256');
	const files = readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile())
		.map(entry => `${entry.parentPath}/${entry.name}`.slice(folder.length))
		.filter(file => !file.includes('node_modules/'))
		.toSorted();
	for (const file of files)
		hash
			.update(`${file}\0`)
			.update(readFileSync(`${folder}${file}`))
			.update('\0');
	return hash.digest('hex').slice(0, 16);
}
