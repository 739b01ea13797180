import {existsSync, globSync, readFileSync, realpathSync} from 'node:fs';
import path from 'node:path';
import {which} from '../../../stack/machine/which.ts';

/** Keycloak runs on 21 and 25, and still on this one. */
export const oldestJava = 17;

/** The folder of the newest Java on this machine that is new enough; null: there is none. */
export const findJava = (): string | null => {
	const program = which('java');
	const candidates = [
		...(process.env.JAVA_HOME ? [process.env.JAVA_HOME] : []),
		...globSync('/usr/lib/jvm/*'),
		...(program ? [path.resolve(realpathSync(program), '../..')] : []),
	];
	const [best] = candidates
		.map(folder => ({folder, version: versionOf(folder)}))
		.filter(({version}) => version >= oldestJava)
		.toSorted((a, b) => b.version - a.version);
	return best?.folder ?? null;
};

/** What the folder itself says; 0 for anything else than a Java that can be run. */
const versionOf = (folder: string): number => {
	const file = `${folder}/release`;
	if (!existsSync(file) || !existsSync(`${folder}/bin/java`)) return 0;
	return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
};
