import {randomBytes} from 'node:crypto';
import {existsSync, renameSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {DefaultLogger, Runtime} from '@temporalio/worker';
import type {OperationSteps} from '../../activities/index.ts';
import {createApp} from '../../src/app.ts';
import {loadConfig} from '../../src/config.ts';
import type {ContainerRuntime} from '../../src/containers/container-runtime.ts';
import {listen} from '../../src/http/listen.ts';
import {createLogger, type Logger} from '../../src/logger.ts';
import {createRouters} from '../../src/routers.ts';
import {createServices, type Services} from '../../src/services.ts';
import {sweepId} from '../../src/workspaces/workspace.contract.ts';
import {type RunningWorker, runWorker} from '../../temporal/run-worker.ts';
import {buildWorkflowBundle} from '../../temporal/workflow-bundle.ts';
import {createClient, type TestClient} from './client.ts';
import {createTestDatabase} from './database.ts';

Runtime.install({logger: new DefaultLogger('ERROR'), shutdownSignals: []});

export interface InstallationOptions {
	/** Instead of the real Docker engine. */
	runtime?: ContainerRuntime;
	/** Instead of the run's own PostgreSQL. */
	databaseServer?: string;
	env?: NodeJS.ProcessEnv;
	/** Instead of one that LOG_LEVEL silences. */
	log?: Logger;
	/** The product's own queue, for tests with worker processes; one test file of a run may. */
	taskQueue?: string;
	/** Nobody does the work: what is accepted stays queued. */
	withoutWorkers?: boolean;
	/** Instead of the product's own steps. */
	steps?: (services: Services) => OperationSteps;
	/** What happens on the engine is noticed by the sweep alone. */
	withoutWatcher?: boolean;
}

export type Installation = Awaited<ReturnType<typeof startInstallation>>;

/** The whole product in this process: its own database, queues and API, on the run's servers. `close` removes every engine object it made. */
export const startInstallation = async (options: InstallationOptions = {}) => {
	const name = randomBytes(4).toString('hex');
	const database = await createTestDatabase(options.databaseServer);
	const env = {
		DATABASE_URL: database.url,
		CONTAINER_LABELS: `io.workspace-manager.test-run=${process.env['TEST_RUN_ID'] ?? 'local'}`,
		CONTAINER_TARGET: `test-${name}`,
		LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
		// What tests ask in a minute nobody else does.
		RATE_LIMIT_PER_MINUTE: '1000000',
		RATE_LIMIT_COMMANDS_PER_MINUTE: '1000000',
		RATE_LIMIT_SIGN_INS_PER_MINUTE: '1000000',
	};
	const config = loadConfig({...process.env, ...env, ...options.env});
	const log = options.log ?? createLogger(config);
	const taskQueue = options.taskQueue ?? `test-${name}`;
	const startApi = async () => {
		const services = await createServices(config, log, {
			migrate: false,
			taskQueue,
			...(options.runtime ? {runtime: () => options.runtime!} : {}),
		});
		const shutdown = new AbortController();
		const app = createApp({...services, routers: createRouters(services), shutdown: shutdown.signal});
		const server = await listen(app, {...config, port: 0});
		const stop = async () => {
			shutdown.abort();
			await inTime('the server of an API', server.close(1000));
			await inTime('the services of an API', services.close());
		};
		return {services, client: createClient(server.url), stop};
	};
	const api = await startApi();
	const {services, client} = api;
	const others: (() => Promise<void>)[] = [];

	let worker: RunningWorker | null = null;
	const startWorkers = async (): Promise<void> => {
		worker = await runWorker(services, {
			workflowBundle: {codePath: await workflowBundle()},
			...(options.steps ? {steps: options.steps(services)} : {}),
			...(options.withoutWatcher ? {withoutWatcher: true} : {}),
		});
	};
	const stopWorkers = async (): Promise<void> => {
		await worker?.stop();
		worker = null;
	};
	if (!options.withoutWorkers) await startWorkers();

	return {
		...client,
		services,
		/** The settings of a process that belongs to this installation. */
		env: {...process.env, ...env, ...options.env} as NodeJS.ProcessEnv,
		startWorkers,
		stopWorkers,

		/** One more API on the same database, as another process would be. */
		async anotherApi(): Promise<TestClient & {stop(): Promise<void>}> {
			const {client: other, stop} = await startApi();
			let stopped: Promise<void> | null = null;
			const stopOnce = () => (stopped ??= stop());
			others.push(stopOnce);
			return {...other, stop: stopOnce};
		},

		/** Deletes every workspace, the product's own way, so that nothing is left in the engine. */
		removeWorkspaces: () => deleteEverything(client, services.waker.settle),

		async close(): Promise<void> {
			if (!options.withoutWorkers) await deleteEverything(client, services.waker.settle);
			await inTime('the workers', stopWorkers());
			await inTime('the schedule', removeSchedule(services));
			for (const stop of [...others, api.stop]) await stop();
			await inTime('the database', database.drop());
		},
	};
};

/** What hangs at the end shall say so, and not keep the test from its end. */
const inTime = async (what: string, end: Promise<unknown>): Promise<void> => {
	const late = pause(30_000, 'late', {ref: false});
	if ((await Promise.race([end, late])) === 'late') throw new Error(`Not closed within 30 s: ${what}`);
};

/** The namespace is shared with other tests: nothing of this installation may go on in it. */
const removeSchedule = async ({temporal}: Services): Promise<void> => {
	await temporal.client.schedule
		.getHandle(sweepId(temporal.taskQueue))
		.delete()
		.catch(() => {});
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
export const workflowBundle = async (): Promise<string> => {
	const file = path.join(tmpdir(), `workflow-bundle-${process.env['TEST_RUN_ID'] ?? process.pid}.js`);
	if (!existsSync(file)) {
		const own = `${file}.${process.pid}`;
		writeFileSync(own, await buildWorkflowBundle());
		renameSync(own, file);
	}
	return file;
};
