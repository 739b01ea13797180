/** How workflows reach activities: which queue, how long, how often. The only place with such numbers. */
import {ActivityCancellationType, isCancellation, proxyActivities, proxyLocalActivities} from '@temporalio/workflow';
import type {Activities} from '../activities/index.ts';
import {containersQueue} from '../src/workspaces/workspace.contract.ts';

type Questions = Pick<Activities, 'nextStep' | 'isCancelRequested'>;
type DatabaseActivities = Pick<Activities, 'tidyUp'>;
type ExecutionQuestions = Pick<Activities, 'claimExecution' | 'nextExecutionStep' | 'isExecutionCancelled'>;
export type ExecutionActivities = ExecutionQuestions & Pick<Activities, 'cancelFromTemporal' | 'finishRun'>;
type NotificationActivities = Pick<Activities, 'sendNotification' | 'giveUpNotification'>;
type RunActivities = Pick<Activities, 'startRun' | 'followRun' | 'stopRun'>;
type ContainerActivities = Pick<Activities, 'runSteps' | 'revertSteps' | 'observeWorkspace'>;

/** On the queue of the workflow itself. For ever: the database comes back, and without it there is nothing to decide. */
const patient = proxyActivities<Questions & DatabaseActivities & ExecutionActivities & NotificationActivities>({
	startToCloseTimeout: '1 minute',
	retry: {initialInterval: '200 milliseconds', maximumInterval: '5 seconds'},
});

/** Run by the worker that runs the workflow, as part of its task. */
const quick = proxyLocalActivities<Questions & ExecutionQuestions>({
	startToCloseTimeout: '5 seconds',
	retry: {maximumAttempts: 1},
});

/** One look takes less time than the way through a queue; when it fails the question is put into the queue, where it waits without a worker. */
const quicklyOr =
	<Input, Answer>(look: (input: Input) => Promise<Answer>, ask: (input: Input) => Promise<Answer>) =>
	async (input: Input): Promise<Answer> => {
		try {
			return await look(input);
		} catch (error) {
			if (isCancellation(error)) throw error;
			return ask(input);
		}
	};

/** What a mailbox asks the database (`docs/decisions/0006-questions-to-the-database-are-local.md`). */
export const database = {
	nextStep: quicklyOr(quick.nextStep, patient.nextStep),
	isCancelRequested: quicklyOr(quick.isCancelRequested, patient.isCancelRequested),
};

/** Longer work that only needs the database. */
export const housekeeping: DatabaseActivities = patient;

/** What the workflow of an execution asks and tells the database. */
export const executions: ExecutionActivities = {
	claimExecution: quicklyOr(quick.claimExecution, patient.claimExecution),
	nextExecutionStep: quicklyOr(quick.nextExecutionStep, patient.nextExecutionStep),
	isExecutionCancelled: quicklyOr(quick.isExecutionCancelled, patient.isExecutionCancelled),
	cancelFromTemporal: patient.cancelFromTemporal,
	finishRun: patient.finishRun,
};

/** The same, for workflows that began when every question went through the queue. */
export const executionsByQueue: ExecutionActivities = patient;

export const notifications: NotificationActivities = patient;

/**
 * Container work. How often a failure is tried again is decided where it is known (`activities/failures.ts`): an unreachable engine for
 * ever, a bad image never. The heartbeat finds a dead worker within seconds; the long timeout is for pulls and set-up scripts.
 */
const container = {
	startToCloseTimeout: '2 hours',
	heartbeatTimeout: '10 seconds',
	cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
	retry: {initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '5 seconds'},
} as const;

export const containersOf = (target: string, summary?: string) =>
	proxyActivities<ContainerActivities>({
		...container,
		taskQueue: containersQueue(target),
		...(summary ? {summary} : {}),
	});

/** A look at everything on a target. Another follows within a minute: this one need not wait for a worker or an engine that is away. */
export const sweepOf = (target: string) =>
	proxyActivities<Pick<Activities, 'sweepTarget'>>({
		taskQueue: containersQueue(target),
		scheduleToStartTimeout: '20 seconds',
		startToCloseTimeout: '2 minutes',
		heartbeatTimeout: '10 seconds',
		retry: {maximumAttempts: 1},
		summary: target,
	});

/** A run in a container may take a day. Whoever follows it may die: another goes on from where the output was stored. */
export const runsOn = (target: string) =>
	proxyActivities<RunActivities>({...container, startToCloseTimeout: '26 hours', taskQueue: containersQueue(target)});
