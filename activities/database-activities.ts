import type {MailboxService} from '../src/workspaces/mailbox.service.ts';
import type {OperationService} from '../src/workspaces/operation.service.ts';
import type {SweepService} from '../src/workspaces/sweep.service.ts';
import type {Finish, NextStep} from '../src/workspaces/workspace.contract.ts';

export interface DatabaseActivityDependencies {
	mailbox: MailboxService;
	operations: OperationService;
	sweep: SweepService;
}

/** Activities that only need the database. */
export const createDatabaseActivities = ({mailbox, operations, sweep}: DatabaseActivityDependencies) => ({
	nextStep: (input: {workspaceId: string; engineChanged: boolean}): Promise<NextStep> =>
		mailbox.next(input.workspaceId, input.engineChanged),
	isCancelRequested: (input: {workspaceId: string; operationId: string}): Promise<boolean> =>
		mailbox.isCancelRequested(input.workspaceId, input.operationId),
	finishOperation: (input: Finish): Promise<void> => operations.finish(input),
	wakeLeftBehind: (): Promise<number> => sweep.wakeLeftBehind(),
});
