import {DefaultLogger, NativeConnection, Runtime, type Worker, type WorkerOptions} from '@temporalio/worker';
import {loadConfigOrExit} from '../src/config.ts';
import {createLogger} from '../src/logger.ts';
import {createServices} from '../src/services.ts';
import {MAIN_QUEUE} from '../src/workspaces/workspace.contract.ts';
import {createWorkers} from './create-workers.ts';
import {registerSearchAttributes} from './register-search-attributes.ts';
import {ensureSchedules} from './schedules.ts';
import {recordTarget, watchEngine} from './target.ts';
import {untilItWorks} from './until-it-works.ts';
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
const {temporal, orm} = services;
const target = config.containerTarget;

const connection = await untilItWorks('Temporal', log, async () => {
	await registerSearchAttributes(temporal.connection, config.temporalNamespace);
	await ensureSchedules(temporal.client);
	return NativeConnection.connect({address: config.temporalAddress});
});
const workers: Worker[] = await createWorkers({
	connection,
	namespace: config.temporalNamespace,
	taskQueue: MAIN_QUEUE,
	target,
	workflowBundle,
	em: orm.em,
	activities: services,
});

const stopping = new AbortController();
const stop = (signal: NodeJS.Signals) => {
	if (stopping.signal.aborted) return;
	log.info({signal}, 'stopping');
	stopping.abort();
	for (const worker of workers) worker.shutdown();
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

const background = [recordTarget(services, stopping.signal), watchEngine(services, stopping.signal)];
log.info({target, queues: workers.map(worker => worker.options.taskQueue)}, 'ready');
await Promise.all(workers.map(worker => worker.run()));
stopping.abort();
await Promise.all(background);
await connection.close();
await services.close();
log.info('stopped');
