import {leanArguments, leanEnvironment} from '../../stack/processes/lean-node.ts';
import {type ServerProcess, startProcess, waitUntilReady} from '../../stack/processes/server-process.ts';
import {startServer} from '../../stack/processes/start-server.ts';
import {execute} from '../../stack/machine/execute.ts';
import {root} from '../../stack/paths.ts';
import {choosePort} from '../../stack/ports.ts';
import {Problem} from '../../stack/problem.ts';
import type {Report} from '../../stack/report.ts';
import type {CleanUp} from './clean-up.ts';

/** What the product needs to run. */
export interface ProductOptions {
	dataDir: string;
	report: Report;
	/** Its settings, but for where it listens. */
	env: NodeJS.ProcessEnv;
	/** Whether a worker has come up since: it serves no requests. */
	workerIsReady(since: Date): Promise<boolean>;
}

/**
 * Starts the API and a worker as processes, the way `npm start` does, and answers where the API is. They are started twice: the first start
 * compiles everything and keeps it for all later ones, and it is those that are measured.
 */
export async function startProduct(options: ProductOptions, cleanUp: CleanUp): Promise<string> {
	const port = await choosePort();
	const env = {
		...leanEnvironment(`${options.dataDir}/run/compile-cache`),
		...options.env,
		WORKFLOW_BUNDLE: await bundleWorkflows(options.dataDir),
		ENABLE_AUTH: 'false',
		HOST: '127.0.0.1',
		PORT: String(port),
		DATA_DIR: options.dataDir,
	};
	const url = `http://127.0.0.1:${port}`;
	for (const server of await startBoth({...options, env}, url)) await server.stop();
	for (const server of await startBoth({...options, env}, url)) cleanUp.add(() => server.stop());
	return url;
}

async function startBoth({dataDir, report, env, workerIsReady}: ProductOptions, url: string): Promise<ServerProcess[]> {
	const common = {dataDir, report, env, cwd: root, command: process.execPath};
	const since = new Date();
	const start = async (name: string, title: string, file: string, isReady: () => Promise<boolean>) => {
		const command = {...common, name, title, args: [...leanArguments, file]};
		const server = await startProcess(command);
		await waitUntilReady(server, command, isReady);
		return server;
	};
	const api = await start('api', 'API', 'src/main.ts', () => answers(`${url}/health/ready`));
	return [api, await start('worker', 'worker', 'temporal/worker.ts', () => workerIsReady(since))];
}

/** Starts one more API beside the product, with other settings, and answers where it is. */
export async function startAnotherApi(
	{dataDir, report, env}: Omit<ProductOptions, 'workerIsReady'>,
	cleanUp: CleanUp,
): Promise<string> {
	const urlOf = (port: number) => `http://127.0.0.1:${port}`;
	const commandAt = (port: number) => ({
		name: 'another-api',
		title: 'other API',
		dataDir,
		report,
		cwd: root,
		command: process.execPath,
		args: [...leanArguments, 'src/main.ts'],
		env: {
			...leanEnvironment(`${dataDir}/run/compile-cache`),
			...env,
			HOST: '127.0.0.1',
			PORT: String(port),
			DATA_DIR: dataDir,
		},
	});
	const isReady = (port: number) => answers(`${urlOf(port)}/health/ready`);
	const server = await startServer({commandAt, isReady});
	cleanUp.add(() => server.stop());
	return urlOf(server.port);
}

async function bundleWorkflows(dataDir: string): Promise<string> {
	const file = `${dataDir}/run/workflow-bundle.js`;
	const {code, output} = await execute(process.execPath, ['temporal/build-bundle.ts', file], {cwd: root});
	if (code !== 0) throw new Problem(`The workflows could not be bundled:\n${output}`);
	return file;
}

async function answers(url: string): Promise<boolean> {
	return fetch(url).then(
		({ok}) => ok,
		() => false,
	);
}
