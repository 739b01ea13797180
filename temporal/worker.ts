import {DefaultLogger, Runtime, type WorkerOptions} from '@temporalio/worker';
import {loadConfigOrExit} from '../src/config.ts';
import {createLogger} from '../src/logger.ts';
import {createServices} from '../src/services.ts';
import {runWorker} from './run-worker.ts';
import {buildWorkflowBundle} from './workflow-bundle.ts';

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
	void worker.stop();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
await worker.ended;
await services.close();
log.info('stopped');
