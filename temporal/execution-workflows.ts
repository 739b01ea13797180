import {type Client, WorkflowNotFoundError} from '@temporalio/client';
import {defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes} from '@temporalio/common';
import {LOOK} from '../src/automation/automation.contract.ts';
import type {ExecutionWorkflows} from '../src/automation/execution-workflows.ts';
import {searchAttributeNames} from '../src/workspaces/workspace.contract.ts';
import {DEADLINE_MS} from './deadline.ts';

const workspaceIdKey = defineSearchAttributeKey(searchAttributeNames.workspaceId, SearchAttributeType.KEYWORD);

/** Executions of jobs, as workflows. */
export const createExecutionWorkflows = (client: Client, taskQueue: string): ExecutionWorkflows => ({
	async startExecution({id, workflowId, workspaceId}) {
		await client.withDeadline(Date.now() + DEADLINE_MS, () =>
			client.workflow.start('executeJob', {
				workflowId,
				taskQueue,
				args: [{executionId: id}],
				workflowIdConflictPolicy: 'USE_EXISTING',
				typedSearchAttributes: new TypedSearchAttributes([{key: workspaceIdKey, value: workspaceId}]),
				staticSummary: `Execution ${id} in workspace ${workspaceId}`,
			}),
		);
	},

	async look(workflowId) {
		try {
			await client.withDeadline(Date.now() + DEADLINE_MS, () => client.workflow.getHandle(workflowId).signal(LOOK));
		} catch (error) {
			if (!(error instanceof WorkflowNotFoundError)) throw error;
		}
	},

	async startNotification(notificationId) {
		await client.withDeadline(Date.now() + DEADLINE_MS, () =>
			client.workflow.start('deliverNotification', {
				workflowId: `notification-${notificationId}`,
				taskQueue,
				args: [{notificationId}],
				workflowIdConflictPolicy: 'USE_EXISTING',
				staticSummary: `Notification ${notificationId}`,
			}),
		);
	},

	async isCarried(workflowId) {
		try {
			const {status} = await client.withDeadline(Date.now() + DEADLINE_MS, () =>
				client.workflow.getHandle(workflowId).describe(),
			);
			return status.name === 'RUNNING';
		} catch (error) {
			if (error instanceof WorkflowNotFoundError) return false;
			throw error;
		}
	},
});
