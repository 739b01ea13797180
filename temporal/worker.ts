import {DefaultLogger, Runtime, type WorkerOptions} from '@temporalio/worker';
import {loadConfigOrExit} from '../src/config.ts';
import {createLogger} from '../src/logger.ts';
import {createServices} from '../src/services.ts';
import {runWorker} from './run-worker.ts';
import {buildWorkflowBundle} from './workflow-bundle.ts';

/** The grace of what runs, and some more. */
const STOP_WITHIN_MS = 25_000;

const config = loadConfigOrExit();
const log = createLogger(config).child({process: 'worker'});
process.on('unhandledRejection', error => {
	log.fatal({err: error}, 'unhandled rejection');
	process.exit(1);
});

const runtimeLogger = new DefaultLogger('WARN', ({level, message, meta}) =>
	log[level === 'ERROR' ? 'error' : 'warn']({meta}, message),
);
Runtime.install({
	logger: runtimeLogger,
	// Signals are handled below, for both workers at once.
	shutdownSignals: [],
});

const readBundle = async (): Promise<NonNullable<WorkerOptions['workflowBundle']>> =>
	config.workflowBundle ? {codePath: config.workflowBundle} : {code: await buildWorkflowBundle(runtimeLogger)};

const [workflowBundle, services] = await Promise.all([readBundle(), createServices(config, log, {migrate: false})]);
const worker = await runWorker(services, {workflowBundle});
log.info({target: config.containerTarget, queues: worker.queues}, 'ready');

const stop = (signal: NodeJS.Signals) => {
	log.info({signal}, 'stopping');
	// Whoever is asked to stop stops; what is not finished then goes on elsewhere.
	setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
	void worker.stop();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
await worker.ended;
await services.close();
log.info('stopped');
// Connections that are on their way out would keep the process up for as long as they like.
process.exit(0);
