import type {EntityManager} from '@mikro-orm/postgresql';
import {createFollowUps} from '../follow-ups.ts';
import type {Logger} from '../logger.ts';
import {Execution} from './execution.entity.ts';
import type {ExecutionWorkflows} from './execution-workflows.ts';

export type ExecutionWaker = ReturnType<typeof createExecutionWaker>;

/** Tells the workflows of executions, once it is committed, that there is something to do. What is lost the sweep makes up for. */
export const createExecutionWaker = ({
	em,
	workflows,
	log,
}: {
	em: EntityManager;
	workflows: ExecutionWorkflows;
	log: Logger;
}) => {
	const {later, settle} = createFollowUps({log});
	const wake = (about: Record<string, string>, work: () => Promise<void>): void => later(about, 'wake was lost', work);

	return {
		/** There is a new one to carry. */
		start: ({id, workflowId, workspace}: Execution): void =>
			wake({executionId: id}, () => workflows.startExecution({id, workflowId, workspaceId: workspace})),
		/** Something of it changed: someone wants it cancelled, or what it waits for has happened. */
		look: ({id, workflowId}: Pick<Execution, 'id' | 'workflowId'>): void =>
			wake({executionId: id}, () => workflows.look(workflowId)),
		/** Somebody is to be told. */
		notify: (notificationId: string): void => wake({notificationId}, () => workflows.startNotification(notificationId)),
		/** What they wait for in the workspace may have happened. */
		lookIn: (workspaceId: string): void =>
			wake({workspaceId}, async () => {
				const waiting = await em.fork().find(Execution, {workspace: workspaceId, status: 'waiting'});
				await Promise.all(waiting.map(({workflowId}) => workflows.look(workflowId)));
			}),
		/** Resolves when nothing is under way. */
		settle,
	};
};
