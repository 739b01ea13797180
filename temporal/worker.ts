import {DefaultLogger, Runtime, type WorkerOptions} from '@temporalio/worker';
import {loadConfigOrExit} from '../src/config.ts';
import {listenForOperators} from '../src/http/monitoring/operators.ts';
import {createLogger} from '../src/logger.ts';
import {createServices} from '../src/services.ts';
import {runWorker} from './run-worker.ts';
import {createWorkerMonitor} from './worker-monitor.ts';
import {buildWorkflowBundle} from './workflow-bundle.ts';

// Not a setting: under `node --watch` every thread reports what it imports to the one that made it; Temporal's threads take that for a message of their own and die.
// oxlint-disable-next-line node/no-process-env
delete process.env['WATCH_REPORT_DEPENDENCIES'];

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

// From the first moment on: a worker that waits for its database shall not look like a good one.
const monitor = createWorkerMonitor();
const operatorServer = await listenForOperators(config, monitor).catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exit(1);
});
const [workflowBundle, services] = await Promise.all([readBundle(), createServices(config, log, {migrate: false})]);
const worker = await runWorker(services, {workflowBundle});
monitor.started({health: services.health, worker});
log.info({target: config.containerTarget, queues: worker.queues, operators: operatorServer?.url}, 'ready');

const stop = (signal: NodeJS.Signals) => {
	log.info({signal}, 'stopping');
	monitor.stopping();
	// Whoever is asked to stop stops; what is not finished then goes on elsewhere.
	setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
	void worker.stop();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
await worker.ended;
await operatorServer?.close(0);
await services.close();
log.info('stopped');
// Connections that are on their way out would keep the process up for as long as they like.
process.exit(0);
