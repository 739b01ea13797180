import {spawn} from 'node:child_process';
import {closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {root} from '../../../stack/paths.ts';
import {lastLines} from '../../../stack/machine/execute.ts';
import {isFree} from '../../../stack/ports.ts';
import {endRemembered, rememberProcess} from '../../../stack/processes/pid-file.ts';
import {until} from '../../../stack/until.ts';
import {installedKeycloak, type Program} from './program.ts';

/** Who administers all realms of the rig. */
export const administrator = {username: 'rig', password: 'rig'};
/** What the client of the realm that comes with the product is given, as `docker compose` would. */
export const importedClientSecret = 'a-secret-that-everybody-may-know';

/** Where the Keycloak that the test files of one run share has its files. */
export const sharedFolder = (temporaryFolder: string): string => `${temporaryFolder}/keycloak`;

/**
 * Starts a Keycloak with an empty database in memory and the realm that comes with the product, on a port of its own, and answers its address.
 * It outlives this process: whoever owns the folder calls `endServer`.
 */
export const startServer = async (folder: string): Promise<string> => {
	const program = installedKeycloak();
	if (!program) throw new Error('Keycloak is not installed here.');
	const home = layOut(program, folder);
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const logFile = `${folder}/keycloak.log`;
	const log = openSync(logFile, 'a');
	const child = spawn(`${program.java}/bin/java`, [...javaArguments(program, home), ...startArguments(port, url)], {
		detached: true,
		stdio: ['ignore', log, log],
		env: environment(),
	});
	closeSync(log);
	child.unref();
	const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
	await until(async () => hasEnded() || (await answers(url)), 240_000, 200);
	if (child.pid === undefined || hasEnded() || !(await answers(url))) {
		child.kill('SIGKILL');
		throw new Error(`Keycloak did not start:\n${lastLines(readFileSync(logFile, 'utf8'))}`);
	}
	rememberProcess(pidFileOf(folder), child.pid);
	return url;
};

/** Ends the Keycloak that was started in this folder, if one was: there is nothing in it that is worth an orderly end. */
export const endServer = async (folder: string): Promise<void> => {
	await endRemembered(pidFileOf(folder), 'SIGKILL');
};

const pidFileOf = (folder: string): string => `${folder}/keycloak.json`;

/** A home of its own, for it writes there, with the shared code. */
const layOut = ({home: shared}: Program, folder: string): string => {
	const home = `${folder}/home`;
	rmSync(home, {recursive: true, force: true});
	mkdirSync(`${home}/data/import`, {recursive: true});
	for (const code of ['lib', 'conf', 'providers', 'themes']) symlinkSync(`${shared}/${code}`, `${home}/${code}`);
	copyFileSync(`${root}deploy/keycloak/aileron-realm.json`, `${home}/data/import/aileron-realm.json`);
	return home;
};

/** What `kc.sh` would say. It is left out because it stays between us and the server: whoever kills it does not kill the server. */
const javaArguments = ({home: shared}: Program, home: string): string[] => [
	'-Xms64m',
	'-Xmx512m',
	'-XX:+ExitOnOutOfMemoryError',
	// The first compiler tier halves the CPU time of a start, the serial collector saves memory.
	'-XX:TieredStopAtLevel=1',
	'-XX:+UseSerialGC',
	...['java.util', 'java.util.concurrent', 'java.security', 'java.lang'].map(
		name => `--add-opens=java.base/${name}=ALL-UNNAMED`,
	),
	`-Dkc.home.dir=${home}`,
	'-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
	'-cp',
	`${shared}/lib/quarkus-run.jar`,
	'io.quarkus.bootstrap.runner.QuarkusEntryPoint',
];

const startArguments = (port: number, url: string): string[] => [
	'start',
	'--optimized',
	'--import-realm',
	'--http-enabled=true',
	'--http-host=127.0.0.1',
	`--http-port=${port}`,
	`--hostname=${url}`,
];

const environment = (): NodeJS.ProcessEnv => ({
	...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(KC_|KEYCLOAK_|JAVA_|JDK_)/.test(name))),
	KC_BOOTSTRAP_ADMIN_USERNAME: administrator.username,
	KC_BOOTSTRAP_ADMIN_PASSWORD: administrator.password,
	KEYCLOAK_CLIENT_SECRET: importedClientSecret,
});

/** Below the ports that the system gives to connections: a start takes long enough for one of those to be taken. */
const freePort = async (): Promise<number> => {
	for (;;) {
		const port = 20_000 + Math.floor(Math.random() * 10_000);
		if (await isFree(port)) return port;
		await pause(10);
	}
};

const answers = (url: string): Promise<boolean> =>
	fetch(`${url}/realms/aileron/.well-known/openid-configuration`, {signal: AbortSignal.timeout(5000)}).then(
		({ok}) => ok,
		() => false,
	);
