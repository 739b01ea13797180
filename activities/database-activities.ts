import {Context} from '@temporalio/activity';
import type {AutomationSweep, AutomationSweepService} from '../src/automation/automation-sweep.service.ts';
import type {ClaimInput, ExecutionStep, RunRef} from '../src/automation/automation.contract.ts';
import type {ClaimService} from '../src/automation/claim.service.ts';
import type {ExecutionJournal} from '../src/automation/execution-journal.service.ts';
import type {ExecutionService} from '../src/automation/execution.service.ts';
import type {NotificationService} from '../src/automation/notifications/notification.service.ts';
import type {EndedRun, RunService} from '../src/automation/runs/run.service.ts';
import {AppError} from '../src/errors.ts';
import type {Logger} from '../src/logger.ts';
import type {IdempotencyService} from '../src/idempotency/idempotency.service.ts';
import type {TargetService} from '../src/targets/target.service.ts';
import type {LeaseService} from '../src/workspaces/lease.service.ts';
import type {MailboxService} from '../src/workspaces/mailbox.service.ts';
import type {SweepService} from '../src/workspaces/sweep.service.ts';
import type {NextStep, OperationRef} from '../src/workspaces/workspace.contract.ts';
import {orGiveUp} from './or-give-up.ts';

export interface DatabaseActivityDependencies {
	mailbox: MailboxService;
	sweep: SweepService;
	leases: LeaseService;
	idempotency: IdempotencyService;
	targets: TargetService;
	automationSweep: AutomationSweepService;
	claims: ClaimService;
	executionJournal: ExecutionJournal;
	executions: ExecutionService;
	runs: RunService;
	notifications: NotificationService;
	log: Logger;
}

/** Activities that only need the database. */
export const createDatabaseActivities = (services: DatabaseActivityDependencies) => {
	const {
		mailbox,
		sweep,
		leases,
		idempotency,
		targets,
		automationSweep,
		claims,
		executionJournal,
		executions,
		runs,
		notifications,
		log,
	} = services;
	return {
		nextStep: ({workspaceId, engineChanged}: {workspaceId: string; engineChanged: boolean}): Promise<NextStep> =>
			orGiveUp<NextStep>(
				log,
				() => mailbox.next(workspaceId, engineChanged),
				async () => {
					await mailbox.giveUp(workspaceId);
					return {kind: 'rest'};
				},
			),

		isCancelRequested: (input: OperationRef): Promise<boolean> =>
			mailbox.isCancelRequested(input.workspaceId, input.operationId),

		/** The part of a sweep that needs no engine. Answers how many workspaces were woken, and the targets that are left to sweep. */
		async tidyUp(): Promise<{woken: number; automation: AutomationSweep; targets: string[]}> {
			await leases.removeExpired();
			await idempotency.removeExpired();
			return {
				woken: await sweep.wakeLeftBehind(),
				automation: await automationSweep.sweep(),
				targets: await targets.ids(),
			};
		},

		claimExecution: (input: ClaimInput): Promise<string | null> => claims.claim(input),

		nextExecutionStep: ({executionId}: {executionId: string}): Promise<ExecutionStep> =>
			orGiveUp<ExecutionStep>(
				log,
				() => executionJournal.next(executionId),
				async () => {
					await executionJournal.giveUp(executionId, 'INTERNAL_ERROR');
					return {kind: 'over'};
				},
			),

		isExecutionCancelled: ({executionId}: {executionId: string}): Promise<boolean> =>
			executionJournal.isCancelled(executionId),

		finishRun: ({run, ended}: {run: RunRef; ended: EndedRun}): Promise<void> =>
			orGiveUp(
				log,
				() => runs.finish(run, ended),
				() => executionJournal.giveUp(run.executionId, 'RESULT_NOT_STORED'),
			),

		sendNotification: ({notificationId}: {notificationId: string}): Promise<boolean> =>
			orGiveUp(
				log,
				() => notifications.send(notificationId, Context.current().cancellationSignal),
				async () => {
					await notifications.giveUp(notificationId);
					return true;
				},
			),

		giveUpNotification: ({notificationId}: {notificationId: string}): Promise<void> =>
			notifications.giveUp(notificationId),

		/** Somebody cancelled the workflow. One that has ended meanwhile has ended. */
		async cancelFromTemporal({executionId}: {executionId: string}): Promise<void> {
			try {
				await executions.cancel(executionId, {code: 'temporal', params: {}});
			} catch (error) {
				if (!(error instanceof AppError && error.code === 'EXECUTION_ENDED')) throw error;
			}
		},
	};
};
