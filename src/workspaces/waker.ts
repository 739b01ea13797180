import type {Logger} from '../logger.ts';
import {afterCommit} from '../transaction.ts';
import type {WorkspaceWorkflows} from './workspace.workflows.ts';

export type Waker = ReturnType<typeof createWaker>;

/** Tells a workspace's workflow to look, once what it shall see is committed. */
export const createWaker = ({workflows, log}: {workflows: WorkspaceWorkflows; log: Logger}) => {
	const underWay = new Set<Promise<void>>();
	return {
		/** Not waited for: what there is to do is stored, and a wake that is lost is made up for by the sweep. */
		wake(workspaceId: string): void {
			afterCommit(() => {
				const done = workflows
					.wake(workspaceId)
					.catch((error: unknown) =>
						log.warn({err: error, workspaceId}, 'wake was lost; the sweep will make up for it'),
					)
					.finally(() => underWay.delete(done));
				underWay.add(done);
			});
		},

		/** Resolves when no wake is under way. */
		async settle(): Promise<void> {
			await Promise.all(underWay);
		},
	};
};
