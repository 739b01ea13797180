// npm start
// Runs the whole of Workspace Manager on this machine: the servers it needs, the API and a worker. Data stays in .data.
import {resolve} from 'node:path';
import {keepRunning, type KeptProcess} from './processes/keep-running.ts';
import {leanArguments, leanEnvironment} from './processes/lean-node.ts';
import {takeLock} from './processes/lock.ts';
import {onInterrupt} from './processes/on-interrupt.ts';
import {root} from './paths.ts';
import {execute} from './machine/execute.ts';
import {isFree} from './ports.ts';
import {Problem} from './problem.ts';
import {timedReport} from './report.ts';
import {secretKey} from './secret-key.ts';
import {endLeftover, logFileOf, stopEverything} from './processes/server-process.ts';
import {startStack, type Stack} from './stack.ts';
import {until} from './until.ts';
import {welcome} from './welcome.ts';

const report = timedReport();
const dataDir = resolve(process.env.DATA_DIR ?? `${root}.data`);
const port = Number(process.env.PORT ?? 3001);
const url = `http://127.0.0.1:${port}`;
const about = {api: {name: 'api', title: 'API'}, worker: {name: 'worker', title: 'worker'}};
let stack: Stack | null = null;
const kept: KeptProcess[] = [];
let stopping = false;

onInterrupt(() => void stop(0));
try {
	await start();
} catch (error) {
	if (!stopping) {
		console.log(error instanceof Problem ? error.message : error);
		await stop(1);
	}
}

async function start(): Promise<void> {
	const lock = takeLock(`${dataDir}/run/start.json`);
	if (typeof lock === 'number')
		throw new Problem(
			`Workspace Manager already runs from ${dataDir} (process ${lock}): stop it first, or set another DATA_DIR and PORT.`,
		);
	process.on('exit', lock);
	await endLeftover({...about.api, dataDir, report});
	await endLeftover({...about.worker, dataDir, report});
	if (!(await isFree(port))) throw new Problem(`Port ${port} is taken by another program: set PORT to a free one.`);

	const ports = {postgres: 5433, redis: 6380, temporal: 7233, temporalUi: 8233};
	const bundled = bundleWorkflows();
	stack = await startStack({dataDir, env: process.env, report, ports});
	const env = {...childEnvironment(stack), WORKFLOW_BUNDLE: await bundled};
	const common = {dataDir, report, env, cwd: root, command: process.execPath, stopWithinMs: 30_000};
	kept.push(await keepRunning({...common, ...about.api, args: [...leanArguments, 'src/main.ts']}));
	const workerEnv = {...env, ...workersOperatorPort(process.env)};
	kept.push(
		await keepRunning({...common, ...about.worker, env: workerEnv, args: [...leanArguments, 'temporal/worker.ts']}),
	);

	if (!(await until(isReady, 60_000, 100)))
		throw new Problem(`${url}/health/ready did not answer 200 within 60 s; see ${logFileOf(dataDir, 'api')}.`);
	report('Workspace Manager is ready.');
	console.log(welcome(url, {temporalUiUrl: stack.temporalUiUrl, dataDir, signsIn: await signsIn()}));
}

/** Once for all starts of the worker: one that bundles by itself takes twice as long and half as much memory again. */
async function bundleWorkflows(): Promise<string> {
	const file = `${dataDir}/run/workflow-bundle.js`;
	const {code, output} = await execute(process.execPath, ['temporal/build-bundle.ts', file], {cwd: root});
	if (code !== 0) throw new Problem(`The workflows could not be bundled:\n${output}`);
	return file;
}

function childEnvironment(stack: Stack): NodeJS.ProcessEnv {
	return {
		...leanEnvironment(`${dataDir}/run/compile-cache`),
		...process.env,
		DATABASE_URL: stack.databaseUrl,
		REDIS_URL: stack.redisUrl,
		TEMPORAL_ADDRESS: stack.temporalAddress,
		TEMPORAL_NAMESPACE: stack.temporalNamespace,
		...(stack.temporalUiUrl ? {TEMPORAL_UI_URL: stack.temporalUiUrl} : {}),
		DOCKER_HOST: stack.dockerHost,
		...secretKey(dataDir, process.env),
		PORT: String(port),
		DATA_DIR: dataDir,
	};
}

/** Two processes of one machine cannot listen at one port: the worker takes the next one. */
function workersOperatorPort({OPERATOR_PORT: given}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	return Number(given) > 0 ? {OPERATOR_PORT: String(Number(given) + 1)} : {};
}

async function isReady(): Promise<boolean> {
	return fetch(`${url}/health/ready`, {signal: AbortSignal.timeout(2000)}).then(
		({status}) => status === 200,
		() => false,
	);
}

/** What the API says, which has read the settings. */
async function signsIn(): Promise<boolean> {
	const {authentication} = (await (await fetch(`${url}/health`)).json()) as {authentication: string};
	return authentication === 'enabled';
}

/** First those who use the servers, then the servers. */
async function stop(exitCode: number): Promise<void> {
	stopping = true;
	if (stack) report('Stopping.');
	await Promise.all(kept.map(child => child.stop()));
	await stack?.stop();
	await stopEverything();
	if (stack) report('Stopped.');
	process.exit(exitCode);
}
