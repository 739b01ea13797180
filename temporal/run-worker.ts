import {
	GracefulShutdownPeriodExpiredError,
	NativeConnection,
	type Worker,
	type WorkerOptions,
	type WorkerStatus,
} from '@temporalio/worker';
import {createOperationSteps, type OperationSteps} from '../activities/index.ts';
import type {Logger} from '../src/logger.ts';
import type {Services} from '../src/services.ts';
import {createWorkers} from './create-workers.ts';
import {registerSearchAttributes} from './register-search-attributes.ts';
import {ensureSchedules} from './schedules.ts';
import {recordTarget, watchEngine} from './target.ts';
import {untilItWorks} from './until-it-works.ts';

export interface RunWorkerOptions {
	workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
	/** Instead of the product's own steps. */
	steps?: OperationSteps;
	/** Nothing of the engine is noticed before a sweep or an operation looks. */
	withoutWatcher?: boolean;
}

export interface RunningWorker {
	queues: string[];
	/** What each queue's worker does now. */
	statuses(): {queue: string; status: WorkerStatus}[];
	/** Takes no more work, lets what runs end or go on elsewhere, and resolves when nothing is left of it. */
	stop(): Promise<void>;
	/** Resolves when it has stopped; rejects when something of it failed. */
	ended: Promise<void>;
}

/** Runs workflows, their activities, and the watcher of one target, in this process. Resolves when it takes work; rejects after a minute without Temporal. */
export const runWorker = async (services: Services, options: RunWorkerOptions): Promise<RunningWorker> => {
	const {temporal, config, log, orm} = services;
	const connection = await untilItWorks('Temporal', log, async () => {
		await registerSearchAttributes(temporal.connection, config.temporalNamespace);
		await ensureSchedules(temporal.client, temporal.taskQueue);
		return NativeConnection.connect({address: config.temporalAddress});
	});
	const workers = await createWorkers({
		connection,
		namespace: config.temporalNamespace,
		taskQueue: temporal.taskQueue,
		target: config.containerTarget,
		workflowBundle: options.workflowBundle,
		em: orm.em,
		log,
		activities: {...services, steps: options.steps ?? createOperationSteps(services)},
	});
	const stopping = new AbortController();
	const background = [
		recordTarget(services, stopping.signal),
		...(options.withoutWatcher ? [] : [watchEngine(services, stopping.signal)]),
	];
	const run = async () => {
		await Promise.all(workers.map(worker => runToItsEnd(worker, log)));
		stopping.abort();
		await Promise.all(background);
		await connection.close();
	};
	const ended = run();
	return {
		queues: workers.map(worker => worker.options.taskQueue),
		ended,
		statuses: () => workers.map(each => ({queue: each.options.taskQueue, status: each.getStatus()})),
		async stop() {
			if (!stopping.signal.aborted) for (const worker of workers) worker.shutdown();
			stopping.abort();
			await ended;
		},
	};
};

/** One that was asked to stop, and did not within its time, is left behind. */
const runToItsEnd = async (worker: Worker, log: Logger): Promise<void> => {
	try {
		await worker.run();
	} catch (error) {
		if (!(error instanceof GracefulShutdownPeriodExpiredError)) throw error;
		log.warn({queue: worker.options.taskQueue}, 'a worker did not stop in time');
	}
};
