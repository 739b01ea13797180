import type {MailboxService} from '../src/workspaces/mailbox.service.ts';
import type {SweepService} from '../src/workspaces/sweep.service.ts';
import type {NextStep, OperationRef} from '../src/workspaces/workspace.contract.ts';

export interface DatabaseActivityDependencies {
	mailbox: MailboxService;
	sweep: SweepService;
}

/** Activities that only need the database. */
export const createDatabaseActivities = ({mailbox, sweep}: DatabaseActivityDependencies) => ({
	nextStep: (input: {workspaceId: string; engineChanged: boolean}): Promise<NextStep> =>
		mailbox.next(input.workspaceId, input.engineChanged),
	isCancelRequested: (input: OperationRef): Promise<boolean> =>
		mailbox.isCancelRequested(input.workspaceId, input.operationId),
	wakeLeftBehind: (): Promise<number> => sweep.wakeLeftBehind(),
});
