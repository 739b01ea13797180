import {randomBytes} from 'node:crypto';
import {existsSync, renameSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {DefaultLogger, NativeConnection, Runtime, type Worker} from '@temporalio/worker';
import {createApp} from '../../src/app.ts';
import {loadConfig} from '../../src/config.ts';
import type {ContainerRuntime} from '../../src/containers/container-runtime.ts';
import {listen} from '../../src/http/listen.ts';
import {createLogger} from '../../src/logger.ts';
import {createRouters} from '../../src/routers.ts';
import {createServices} from '../../src/services.ts';
import {createWorkers} from '../../temporal/create-workers.ts';
import {registerSearchAttributes} from '../../temporal/register-search-attributes.ts';
import {recordTarget, watchEngine} from '../../temporal/target.ts';
import {buildWorkflowBundle} from '../../temporal/workflow-bundle.ts';
import {createClient, type TestClient} from './client.ts';
import {createTestDatabase} from './database.ts';

Runtime.install({logger: new DefaultLogger('ERROR'), shutdownSignals: []});

export interface InstallationOptions {
	/** Instead of the real Docker engine. */
	runtime?: ContainerRuntime;
	env?: NodeJS.ProcessEnv;
	/** The product's own queue, for tests with worker processes; one test file of a run may. */
	taskQueue?: string;
	/** Nobody does the work: what is accepted stays queued. */
	withoutWorkers?: boolean;
}

export type Installation = Awaited<ReturnType<typeof startInstallation>>;

/** The whole product in this process: its own database, queues and API, on the run's servers. `close` removes every engine object it made. */
export const startInstallation = async (options: InstallationOptions = {}) => {
	const name = randomBytes(4).toString('hex');
	const database = await createTestDatabase();
	const env = {
		DATABASE_URL: database.url,
		CONTAINER_LABELS: `io.workspace-manager.test-run=${process.env['TEST_RUN_ID'] ?? 'local'}`,
		CONTAINER_TARGET: `test-${name}`,
		LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
	};
	const config = loadConfig({...process.env, ...env, ...options.env});
	const log = createLogger(config);
	const taskQueue = options.taskQueue ?? `test-${name}`;
	const services = await createServices(config, log, {
		migrate: false,
		taskQueue,
		...(options.runtime ? {runtime: () => options.runtime!} : {}),
	});
	const {temporal, orm} = services;
	const target = config.containerTarget;
	const shutdown = new AbortController();
	const server = await listen(createApp({...services, routers: createRouters(services), shutdown: shutdown.signal}), {
		...config,
		port: 0,
	});
	await registerSearchAttributes(temporal.connection, config.temporalNamespace);
	const connection = await NativeConnection.connect({address: config.temporalAddress});

	let stopWorkers: (() => Promise<void>) | null = null;
	const startWorkers = async (): Promise<void> => {
		const codePath = await workflowBundle();
		const workers: Worker[] = await createWorkers({
			connection,
			namespace: config.temporalNamespace,
			taskQueue,
			target,
			workflowBundle: {codePath},
			em: orm.em,
			activities: services,
		});
		const stopping = new AbortController();
		const running = [
			...workers.map(worker => worker.run()),
			recordTarget(services, stopping.signal),
			watchEngine(services, stopping.signal),
		];
		stopWorkers = async () => {
			stopWorkers = null;
			stopping.abort();
			for (const worker of workers) worker.shutdown();
			await Promise.all(running);
		};
	};
	if (!options.withoutWorkers) await startWorkers();

	const client: TestClient = createClient(server.url);
	return {
		...client,
		services,
		/** The settings of a process that belongs to this installation. */
		env: {...process.env, ...env, ...options.env} as NodeJS.ProcessEnv,
		startWorkers,
		stopWorkers: async () => stopWorkers?.(),

		/** Deletes every workspace, the product's own way, so that nothing is left in the engine. */
		removeWorkspaces: () => deleteEverything(client, services.workspaces.settle),

		async close(): Promise<void> {
			shutdown.abort();
			if (!options.withoutWorkers) await deleteEverything(client, services.workspaces.settle);
			await stopWorkers?.();
			await server.close(1000);
			await connection.close();
			await services.close();
			await database.drop();
		},
	};
};

/** The product's own way of leaving nothing behind. */
const deleteEverything = async ({get, send}: TestClient, settle: () => Promise<void>): Promise<void> => {
	await settle();
	for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(200)) {
		const {body} = await get('/workspaces?pageSize=100');
		if (body.items.length === 0) return;
		for (const {id, desired} of body.items) if (desired !== 'deleted') await send('DELETE', `/workspaces/${id}`);
	}
	throw new Error('Some workspaces could not be deleted within a minute.');
};

/** Built by whichever test file comes first, once in a run. */
const workflowBundle = async (): Promise<string> => {
	const file = path.join(tmpdir(), `workflow-bundle-${process.env['TEST_RUN_ID'] ?? process.pid}.js`);
	if (!existsSync(file)) {
		const own = `${file}.${process.pid}`;
		writeFileSync(own, await buildWorkflowBundle());
		renameSync(own, file);
	}
	return file;
};
