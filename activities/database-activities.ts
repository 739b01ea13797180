import type {IdempotencyService} from '../src/idempotency/idempotency.service.ts';
import type {TargetService} from '../src/targets/target.service.ts';
import type {LeaseService} from '../src/workspaces/lease.service.ts';
import type {MailboxService} from '../src/workspaces/mailbox.service.ts';
import type {SweepService} from '../src/workspaces/sweep.service.ts';
import type {NextStep, OperationRef} from '../src/workspaces/workspace.contract.ts';

export interface DatabaseActivityDependencies {
	mailbox: MailboxService;
	sweep: SweepService;
	leases: LeaseService;
	idempotency: IdempotencyService;
	targets: TargetService;
}

/** Activities that only need the database. */
export const createDatabaseActivities = (services: DatabaseActivityDependencies) => {
	const {mailbox, sweep, leases, idempotency, targets} = services;
	return {
		nextStep: (input: {workspaceId: string; engineChanged: boolean}): Promise<NextStep> =>
			mailbox.next(input.workspaceId, input.engineChanged),

		isCancelRequested: (input: OperationRef): Promise<boolean> =>
			mailbox.isCancelRequested(input.workspaceId, input.operationId),

		/** The part of a sweep that needs no engine. Answers how many workspaces were woken, and the targets that are left to sweep. */
		async tidyUp(): Promise<{woken: number; targets: string[]}> {
			await leases.removeExpired();
			await idempotency.removeExpired();
			return {woken: await sweep.wakeLeftBehind(), targets: await targets.ids()};
		},
	};
};
