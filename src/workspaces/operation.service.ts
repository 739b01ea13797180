import type {EntityManager} from '@mikro-orm/postgresql';
import type {Observation, WorkspaceSpec} from '../containers/container-runtime.ts';
import {AppError} from '../errors.ts';
import type {Finish, StepInput} from './workspace.contract.ts';
import {Operation} from './operation.entity.ts';
import {CHECKOUT, SETUP} from './operation-plan.ts';
import type {Failure, OperationStep} from './operation.schema.ts';
import {repairDelayMs} from './repair.ts';
import {Workspace} from './workspace.entity.ts';
import {statusAfter} from './workspace-lifecycle.ts';
import type {Bootstrap} from './workspace.schema.ts';
import type {LockedWorkspace, WorkspaceTransactions} from './workspace-transaction.ts';

/** A container that stayed up this long after a repair counts as mended. */
const MENDED_AFTER_MS = 10 * 60_000;

const stepEvents = {running: 'stepRunning', done: 'stepDone', failed: 'stepFailed', reverted: 'stepReverted'} as const;
const outcomeEvents = {
	succeeded: 'operationSucceeded',
	failed: 'operationFailed',
	cancelled: 'operationCancelled',
} as const;

/** What a step works on. Plain data, read in the transaction that says the step is being tried. */
export interface StepWork {
	operation: Pick<Operation, 'id' | 'kind' | 'previousStatus' | 'previousGeneration' | 'pinnedImage'> & {
		makesNewGeneration: boolean;
	};
	spec: Omit<WorkspaceSpec, 'image'> & {image: string | null};
	catalogueImage: string;
	isFresh: boolean;
	gitUrl: string | null;
	branch: string | null;
	setupScript: string | null;
	/** Whatever the plan ends with. */
	lastStep: string;
	lastBootstrapStep: string | null;
	/** What an earlier step of bootstrapping failed with. */
	failedBefore: Failure | null;
}

export interface ListWindow {
	limit: number;
	offset: number;
	newestFirst: boolean;
}

export type OperationService = ReturnType<typeof createOperationService>;

/** How an operation goes on, written down step by step, so that everyone can see it and another worker can take over. */
export const createOperationService = ({
	em,
	transactions,
}: {
	em: EntityManager;
	transactions: WorkspaceTransactions;
}) => {
	const within = <T>(
		input: {workspaceId: string; operationId: string},
		work: (locked: LockedWorkspace & {operation: Operation}) => Promise<T> | T,
	): Promise<T> =>
		transactions.locked(
			input.workspaceId,
			async locked => {
				const operation = await locked.tx.findOne(Operation, {id: input.operationId, workspace: input.workspaceId});
				if (!operation) throw new AppError('OPERATION_NOT_FOUND');
				return work({...locked, operation});
			},
			{alsoDeleted: true},
		);

	const changeStep = (
		{operation, workspace, record}: LockedWorkspace & {operation: Operation},
		name: string,
		change: Partial<OperationStep>,
	): void => {
		operation.steps = operation.steps.map(step => (step.name === name ? {...step, ...change} : step));
		if (change.status && change.status !== 'pending') {
			record(workspace.id, 'step', stepEvents[change.status], {
				operationId: operation.id,
				kind: operation.kind,
				step: name,
				attempt: operation.steps.find(step => step.name === name)?.attempt ?? 0,
			});
		}
	};

	return {
		/** Rejects with OPERATION_NOT_FOUND. */
		async get(id: string): Promise<Operation> {
			const operation = await em.findOne(Operation, {id});
			if (!operation) throw new AppError('OPERATION_NOT_FOUND');
			return operation;
		},

		/** The workspace that the operation belongs to; null: there is no such operation. */
		async workspaceOf(id: string): Promise<string | null> {
			const operation = await em.findOne(Operation, {id}, {fields: ['workspace']});
			return operation?.workspace ?? null;
		},

		/** The operations of a workspace, and how many there are. */
		list: (workspaceId: string, {newestFirst, ...window}: ListWindow): Promise<[Operation[], number]> =>
			em.findAndCount(
				Operation,
				{workspace: workspaceId},
				{...window, orderBy: {number: newestFirst ? 'desc' : 'asc'}},
			),

		/** What is under way in these workspaces, by workspace; the running one before the queued ones. */
		async activeOf(workspaceIds: string[]): Promise<Map<string, Operation>> {
			const active = await em.find(
				Operation,
				{workspace: {$in: workspaceIds}, status: {$in: ['queued', 'running']}},
				{orderBy: {number: 'desc'}},
			);
			return new Map(active.map(operation => [operation.workspace, operation]));
		},

		/** Says that the step is being tried, and reads what it needs. */
		beginStep: (input: StepInput, attempt: number): Promise<StepWork> =>
			within(input, locked => {
				const {operation, workspace} = locked;
				const step = operation.steps.find(one => one.name === input.step);
				changeStep(locked, input.step, {
					status: 'running',
					attempt,
					startedAt: step?.startedAt ?? new Date().toISOString(),
				});
				return toWork(workspace, operation);
			}),

		/** The same without saying anything: what a step that is to be undone worked on. */
		readStep: (input: StepInput): Promise<StepWork> =>
			within(input, ({operation, workspace}) => toWork(workspace, operation)),

		/** The image that the operation's new generation runs is known now. */
		pinImage: (input: StepInput, image: string): Promise<void> =>
			within(input, ({operation}) => {
				operation.pinnedImage = image;
			}),

		/** Says that the step has ended, for good or with a failure that stops nothing. `observation` is what the engine says after it. */
		endStep: (input: StepInput, observation: Observation | null, error: Failure | null): Promise<void> =>
			within(input, locked => {
				const status = error ? 'failed' : 'done';
				changeStep(locked, input.step, {status, finishedAt: new Date().toISOString(), error});
				if (observation) observe(locked.workspace, observation);
			}),

		/** Says what the attempt failed with; the step goes on being tried unless this was its last. */
		failAttempt: (input: StepInput, error: Failure, isLast: boolean): Promise<void> =>
			within(input, locked => {
				changeStep(
					locked,
					input.step,
					isLast ? {status: 'failed', finishedAt: new Date().toISOString(), error} : {error},
				);
			}),

		/** Says that what the step made is undone. */
		revertedStep: (input: StepInput, observation: Observation | null): Promise<void> =>
			within(input, locked => {
				changeStep(locked, input.step, {status: 'reverted', finishedAt: new Date().toISOString()});
				if (observation) observe(locked.workspace, observation);
			}),

		/** How far checkout and set-up came. */
		bootstrap: (input: StepInput, state: Bootstrap): Promise<void> =>
			within(input, ({workspace}) => {
				workspace.bootstrap = state;
			}),

		/** What the engine says of a workspace with nothing under way. Answers whether that was news. */
		observed: (workspaceId: string, observation: Observation): Promise<void> =>
			transactions.locked(
				workspaceId,
				async ({tx, workspace, record}) => {
					const busy = await tx.count(Operation, {workspace: workspaceId, status: 'running'});
					if (busy > 0) return;
					const before = workspace.observed;
					observe(workspace, observation);
					if (before === observation.state || workspace.status !== 'running') return;
					if (observation.state === 'running') return;
					if (observation.startedAt && Date.now() - observation.startedAt.getTime() > MENDED_AFTER_MS) {
						workspace.repairs = 0;
					}
					workspace.repairAfter = new Date(Date.now() + repairDelayMs(workspace.repairs));
					record(workspaceId, 'status', 'containerEnded', {
						observed: observation.state,
						exitCode: observation.exitCode,
						reason: observation.reason,
					});
				},
				{alsoDeleted: true},
			),

		/** The end of the operation, and where it leaves the workspace. The first end counts; a second one changes nothing. */
		finish: (input: Finish): Promise<void> =>
			within(input, locked => {
				if (locked.operation.status === 'running') finish(locked, input);
			}),
	};
};

const toWork = (workspace: Workspace, operation: Operation): StepWork => ({
	operation: {
		id: operation.id,
		kind: operation.kind,
		previousStatus: operation.previousStatus,
		previousGeneration: operation.previousGeneration,
		pinnedImage: operation.pinnedImage,
		makesNewGeneration: operation.makesNewGeneration(),
	},
	spec: {
		workspaceId: workspace.id,
		name: workspace.name,
		generation: operation.generation ?? workspace.generation,
		image: operation.kind === 'rebuild' ? operation.pinnedImage : (operation.pinnedImage ?? workspace.pinnedImage),
		env: Object.fromEntries(workspace.env.map(({key, value}) => [key, value])),
		cpus: workspace.cpus,
		memoryMiB: workspace.memoryMiB,
		pids: workspace.pids,
		healthCommand: workspace.healthCommand,
		readyTimeoutSeconds: workspace.healthTimeoutSeconds,
	},
	catalogueImage: workspace.image,
	isFresh: workspace.provisionedAt === null,
	gitUrl: workspace.gitUrl,
	branch: workspace.branch,
	setupScript: workspace.setupScript,
	lastStep: operation.steps.at(-1)?.name ?? '',
	lastBootstrapStep: operation.steps.findLast(step => step.name === CHECKOUT || step.name === SETUP)?.name ?? null,
	failedBefore: operation.steps.find(step => step.status === 'failed')?.error ?? null,
});

const observe = (workspace: Workspace, observation: Observation): void => {
	workspace.observed = observation.state;
	workspace.observedAt = new Date();
	workspace.exitCode = observation.exitCode;
};

const finish = ({operation, workspace, record}: LockedWorkspace & {operation: Operation}, input: Finish): void => {
	const {outcome} = input;
	operation.status = outcome;
	operation.finishedAt = new Date();
	if (outcome === 'failed') {
		const failed = operation.steps.find(step => step.status === 'failed' || step.error !== null);
		operation.error = failed?.error ?? {code: input.code ?? 'INTERNAL_ERROR', params: {}};
		workspace.reason = operation.error;
	}
	const isUp = ['create', 'start', 'restart', 'rebuild'].includes(operation.kind);
	if (isUp && outcome === 'succeeded') {
		workspace.provisionedAt ??= new Date();
		workspace.pinnedImage = operation.pinnedImage ?? workspace.pinnedImage;
		if (operation.reason.code !== 'drift') workspace.repairs = 0;
		workspace.repairAfter = null;
		workspace.lastActivityAt = new Date();
	}
	if (isUp && outcome !== 'succeeded' && operation.makesNewGeneration() && operation.previousGeneration !== null) {
		workspace.generation = operation.previousGeneration;
		workspace.settingsPending = true;
	}
	if (operation.kind === 'delete' && outcome === 'succeeded') workspace.deletedAt = new Date();
	const status = statusAfter(operation.kind, outcome, workspace.observed === 'running');
	record(workspace.id, 'operation', outcomeEvents[outcome], {
		operationId: operation.id,
		kind: operation.kind,
		code: operation.error?.code ?? null,
	});
	if (workspace.deletedAt) {
		record(workspace.id, 'status', 'workspaceDeleted');
	} else if (status !== workspace.status) {
		workspace.status = status;
		record(workspace.id, 'status', 'workspaceStatus', {status});
	}
};
