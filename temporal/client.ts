import {Client, Connection, ScheduleOverlapPolicy} from '@temporalio/client';
import {defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes} from '@temporalio/common';
import {
	MAIN_QUEUE,
	searchAttributeNames,
	sweepId,
	WAKE,
	workspaceWorkflowId,
} from '../src/workspaces/workspace.contract.ts';
import type {WorkspaceWorkflows} from '../src/workspaces/workspace.workflows.ts';
import {DEADLINE_MS} from './deadline.ts';
import {createExecutionWorkflows} from './execution-workflows.ts';
import {createJobSchedules} from './job-schedules.ts';

const HEALTH_DEADLINE_MS = 1000;

const workspaceIdKey = defineSearchAttributeKey(searchAttributeNames.workspaceId, SearchAttributeType.KEYWORD);

export interface TemporalOptions {
	temporalAddress: string;
	temporalNamespace: string;
	/** Where the workflows run; tests have one each. */
	taskQueue?: string;
}

/** The client side of Temporal. Connects at the first call, so the service starts, and serves reads, while Temporal is away. */
export const connectTemporal = ({temporalAddress, temporalNamespace, taskQueue = MAIN_QUEUE}: TemporalOptions) => {
	const connection = Connection.lazy({address: temporalAddress});
	const client = new Client({connection, namespace: temporalNamespace});

	const workflows: WorkspaceWorkflows = {
		async wake(workspaceId, options = {engineChanged: false}) {
			await client.withDeadline(Date.now() + DEADLINE_MS, () =>
				client.workflow.signalWithStart('workspace', {
					workflowId: workspaceWorkflowId(workspaceId),
					taskQueue,
					args: [{workspaceId}],
					signal: WAKE,
					signalArgs: [options],
					typedSearchAttributes: new TypedSearchAttributes([{key: workspaceIdKey, value: workspaceId}]),
					staticSummary: `Mailbox of workspace ${workspaceId}`,
				}),
			);
		},

		async sweepNow() {
			await client.withDeadline(Date.now() + DEADLINE_MS, () =>
				client.schedule.getHandle(sweepId(taskQueue)).trigger(ScheduleOverlapPolicy.SKIP),
			);
		},
	};

	return {
		client,
		connection,
		taskQueue,
		workflows,
		executionWorkflows: createExecutionWorkflows(client, taskQueue),
		jobSchedules: createJobSchedules(client, taskQueue),
		/** Rejects unless the server says that it serves, within a second. */
		async ping(): Promise<void> {
			await connection.withDeadline(Date.now() + HEALTH_DEADLINE_MS, () =>
				connection.workflowService.getSystemInfo({}),
			);
		},
		close: (): Promise<void> => connection.close(),
	};
};
