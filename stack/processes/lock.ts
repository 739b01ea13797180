import {linkSync, mkdirSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {forgetProcess, rememberedProcess, rememberProcess} from './pid-file.ts';

/** Takes a lock for this process; answers a function that gives it back, or the id of the process that holds it. */
export function takeLock(file: string): (() => void) | number {
	mkdirSync(dirname(file), {recursive: true});
	const mine = `${file}.${process.pid}`;
	rememberProcess(mine, process.pid);
	try {
		for (;;) {
			try {
				// Unlike a write, a link fails when the file is there, and the file is whole when it appears.
				linkSync(mine, file);
				return () => forgetProcess(file);
			} catch {
				const holder = rememberedProcess(file);
				if (holder !== null && holder !== process.pid) return holder;
				forgetProcess(file);
			}
		}
	} finally {
		rmSync(mine, {force: true});
	}
}
