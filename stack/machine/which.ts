import {accessSync, constants} from 'node:fs';
import {delimiter, join} from 'node:path';

/** Where a program is: on PATH or in the folders of the superuser, which an ordinary PATH lacks. Null when it is nowhere. */
export function which(program: string, path = process.env.PATH ?? ''): string | null {
	for (const folder of [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']) {
		if (!folder) continue;
		try {
			accessSync(join(folder, program), constants.X_OK);
			return join(folder, program);
		} catch {
			// Not here.
		}
	}
	return null;
}
