import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import {takeLock} from '../../../stack/processes/lock.ts';
import {installedKeycloak} from './program.ts';
import {createRealm, type Realm} from './realm.ts';
import {sharedFolder, startServer} from './server.ts';

/** Whether there is a Keycloak to test with. Where not, the run has said why. */
export const hasKeycloak = installedKeycloak() !== null;

/** A test that is skipped, by its name, where there is none. */
export const keycloakTest = hasKeycloak ? test : test.skip;

/** A realm of one's own in the Keycloak of this run: its keys, clients and people are nobody else's. */
export const startRealm = async (): Promise<Realm> => createRealm(await sharedServer());

/** The address of the Keycloak of this run, which whoever comes first starts. */
export const sharedServer = async (): Promise<string> => {
	const folder = sharedFolder(tmpdir());
	const file = `${folder}/url`;
	for (;;) {
		if (existsSync(file)) return readFileSync(file, 'utf8');
		const release = takeLock(`${folder}/lock.json`);
		if (typeof release === 'number') {
			await pause(200);
			continue;
		}
		try {
			if (existsSync(file)) continue;
			const url = await startServer(folder);
			writeFileSync(`${file}.new`, url);
			renameSync(`${file}.new`, file);
		} finally {
			release();
		}
	}
};
