import {createFollowUps} from '../follow-ups.ts';
import type {Logger} from '../logger.ts';
import type {WorkspaceWorkflows} from './workspace.workflows.ts';

export type Waker = ReturnType<typeof createWaker>;

/** Tells a workspace's workflow to look, once what it shall see is committed. */
export const createWaker = ({workflows, log}: {workflows: WorkspaceWorkflows; log: Logger}) => {
	const {later, settle} = createFollowUps({log});
	return {
		/** Not waited for: what there is to do is stored, and a wake that is lost is made up for by the sweep. */
		wake: (workspaceId: string): void => later({workspaceId}, 'wake was lost', () => workflows.wake(workspaceId)),

		/** Resolves when no wake is under way. */
		settle,
	};
};
