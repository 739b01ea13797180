// npm test [FILES AND OPTIONS OF AVA…]
// Starts throw-away servers, runs the tests against them, and fails when something stays behind.
import {randomBytes} from 'node:crypto';
import {chmodSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {dockerClient} from '../stack/engine/docker-client.ts';
import {onInterrupt} from '../stack/processes/on-interrupt.ts';
import {root} from '../stack/paths.ts';
import {Problem} from '../stack/problem.ts';
import {timedReport} from '../stack/report.ts';
import {stopEverything} from '../stack/processes/server-process.ts';
import {startStack, type Stack} from '../stack/stack.ts';
import {prepareKeycloak} from './rigs/keycloak/program.ts';
import {endServer, sharedFolder} from './rigs/keycloak/server.ts';
import {runAva, type AvaRun, type Counts} from './run/ava.ts';
import {removeLeftoverObjects} from './run/leftover-objects.ts';
import {killLeftoverProcesses} from './run/leftover-processes.ts';

process.chdir(root);
const runId = randomBytes(4).toString('hex');
const report = timedReport();
const dataDir = mkdtempSync(`${tmpdir()}/workspace-manager-test-`);
// PostgreSQL may run as another user than the one who made the folder.
chmodSync(dataDir, 0o755);
let ava: AvaRun | null = null;
let interrupted = false;

// Once the tests run, their end leads to the ordinary clean-up.
onInterrupt(() => (ava ? ava.interrupt() : void giveUp()));

const counts: Counts = {passed: 0, failed: 0, skipped: 0};
try {
	const keycloak = prepareKeycloak(report);
	const stack = await startStack({
		dataDir,
		env: {...process.env, DATABASE_URL: process.env.TEST_DATABASE_URL ?? process.env.DATABASE_URL},
		report,
		temporalNamespace: `test-${runId}`,
		temporalUi: false,
		throwAway: true,
	});
	// giveUp ends this process in a moment.
	if (interrupted) await new Promise(() => {});
	await keycloak;
	report('Running the tests.');
	ava = runAva([...concurrency(), ...process.argv.slice(2)], testEnvironment(stack));
	Object.assign(counts, await ava.finished);
	await endServer(sharedFolder(temporaryFolder()));
	claim('No process stays behind', await killLeftoverProcesses(runId));
	claim('Nothing stays behind in the engine', await removeLeftoverObjects(dockerClient(stack.dockerHost), runId));
	await stack.stop();
} catch (error) {
	console.log(error instanceof Problem ? `  ✘ ${error.message}` : error);
	counts.failed++;
	await endServer(sharedFolder(temporaryFolder()));
	await stopEverything();
} finally {
	rmSync(dataDir, {recursive: true, force: true});
}
if (counts.passed + counts.failed === 0) console.log('  ✘ No test ran.');
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);

async function giveUp(): Promise<void> {
	interrupted = true;
	await stopEverything();
	rmSync(dataDir, {recursive: true, force: true});
	process.exit(130);
}

function testEnvironment(stack: Stack): NodeJS.ProcessEnv {
	const server = new URL(stack.databaseUrl);
	// Tests make databases of their own; a URL that was given is taken as it is.
	if (!process.env.TEST_DATABASE_URL && !process.env.DATABASE_URL) server.pathname = '/postgres';
	return {
		...process.env,
		NODE_ENV: 'test',
		// What tests write goes with the rest of this run.
		TMPDIR: temporaryFolder(),
		TEST_DATABASE_URL: server.href,
		REDIS_URL: stack.redisUrl,
		TEMPORAL_ADDRESS: stack.temporalAddress,
		TEMPORAL_NAMESPACE: stack.temporalNamespace,
		DOCKER_HOST: stack.dockerHost,
		TEST_RUN_ID: runId,
	};
}

function temporaryFolder(): string {
	const folder = `${dataDir}/tmp`;
	mkdirSync(folder, {recursive: true});
	return folder;
}

/** Tests wait more than they compute. */
function concurrency(): string[] {
	return process.argv.some(arg => /^(-c|--concurrency|-s|--serial)\b/.test(arg))
		? []
		: ['--concurrency', String(Math.max(2, availableParallelism()))];
}

function claim(title: string, leftovers: string[]): void {
	if (leftovers.length === 0) return;
	console.log(`  ✘ [fail]: ${title}`);
	for (const leftover of leftovers) console.log(`      ${leftover}`);
	counts.failed++;
}
