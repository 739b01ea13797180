import {NativeConnection, Worker, type WorkerOptions} from '@temporalio/worker';
import {
	type ActivityDependencies,
	createContainerActivities,
	createDatabaseActivities,
	createRunActivities,
} from '../activities/index.ts';
import {containersQueue} from '../src/workspaces/workspace.contract.ts';
import type {Logger} from '../src/logger.ts';
import type {EntityManager} from '@mikro-orm/postgresql';
import {activityContext} from './activity-context.ts';

export interface WorkersOptions {
	connection: NativeConnection;
	namespace: string;
	taskQueue: string;
	target: string;
	workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
	em: EntityManager;
	log: Logger;
	activities: ActivityDependencies;
}

/** What one worker process runs: workflows with their database activities, and the containers of one target. */
export const createWorkers = async (options: WorkersOptions): Promise<Worker[]> => {
	const {connection, namespace, taskQueue, target, workflowBundle, em, log, activities} = options;
	const common: Pick<
		WorkerOptions,
		'connection' | 'namespace' | 'interceptors' | 'shutdownGraceTime' | 'shutdownForceTime'
	> = {
		connection,
		namespace,
		interceptors: {activity: [activityContext(em, log)]},
		shutdownGraceTime: '10 seconds',
		// What has not ended by then goes on elsewhere.
		shutdownForceTime: '20 seconds',
	};
	return Promise.all([
		Worker.create({
			...common,
			taskQueue,
			workflowBundle,
			activities: createDatabaseActivities(activities),
			maxCachedWorkflows: 200,
			// After a kill, workflows that the dead worker had cached would otherwise stand still for ten seconds.
			stickyQueueScheduleToStartTimeout: '2 seconds',
			maxConcurrentActivityTaskExecutions: 20,
		}),
		Worker.create({
			...common,
			taskQueue: containersQueue(target),
			activities: {...createContainerActivities(activities), ...createRunActivities(activities)},
			// Following a run takes a place for as long as the run, and little else.
			maxConcurrentActivityTaskExecutions: 200,
			// A cancellation travels with a heartbeat.
			maxHeartbeatThrottleInterval: '2 seconds',
		}),
	]);
};
