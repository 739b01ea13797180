// A worker of one installation, with steps that fail as its parent says. Started with `fork`.
import {DefaultLogger, Runtime} from '@temporalio/worker';
import {createOperationSteps} from '../../../activities/index.ts';
import {loadConfig} from '../../../src/config.ts';
import {createLogger} from '../../../src/logger.ts';
import {createServices} from '../../../src/services.ts';
import {runWorker} from '../../../temporal/run-worker.ts';
import type {Hit, Plan} from './faults.ts';
import {faultySteps} from './faulty-steps.ts';

Runtime.install({logger: new DefaultLogger('ERROR'), shutdownSignals: []});
const config = loadConfig();
const services = await createServices(config, createLogger(config), {
	migrate: false,
	taskQueue: process.env['TEST_TASK_QUEUE']!,
});
const plans: Plan[] = [];
process.on('message', (sent: Plan[]) => plans.splice(0, plans.length, ...sent));
const tell = (hit: Hit) => new Promise<void>(resolve => process.send!(hit, () => resolve()));

const worker = await runWorker(services, {
	workflowBundle: {codePath: config.workflowBundle!},
	steps: faultySteps(createOperationSteps(services), plans, tell),
});
process.send!('ready');
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => void worker.stop());
await worker.ended;
await services.close();
process.exit(0);
