import {Context} from '@temporalio/activity';
import {CancelledFailure} from '@temporalio/common';
import type {ContainerRuntime, StepContext} from '../src/containers/container-runtime.ts';
import {AppError} from '../src/errors.ts';
import type {Logger} from '../src/logger.ts';
import type {TargetSweep, TargetSweepService} from '../src/orphans/target-sweep.service.ts';
import type {DriftService} from '../src/workspaces/drift.service.ts';
import type {OperationJournal} from '../src/workspaces/operation-journal.service.ts';
import type {StepWork} from '../src/workspaces/step-work.ts';
import type {OperationRef} from '../src/workspaces/workspace.contract.ts';
import {isLastAttempt, retryDelayMs, toApplicationFailure, toFailure} from './failures.ts';
import type {OperationSteps} from './operation-steps.ts';
import {orGiveUp} from './or-give-up.ts';
import {withinSeconds} from './within-seconds.ts';

export interface ContainerActivityDependencies {
	runtime: ContainerRuntime;
	journal: OperationJournal;
	drift: DriftService;
	targetSweep: TargetSweepService;
	steps: OperationSteps;
	log: Logger;
}

/** Activities that touch one engine or cluster; its worker serves their queue. */
export const createContainerActivities = (services: ContainerActivityDependencies) => {
	const {runtime, journal, drift, targetSweep, steps, log} = services;
	const failed = async (error: unknown, work: StepWork, context: StepContext) => {
		const {ref, step, status, attempt} = work;
		const isLast = isLastAttempt(error, attempt, work.isTriedForEver);
		// A cancelled step has not failed: what it made is about to be undone.
		if (context.signal.aborted) return new CancelledFailure('CANCELLED');
		// Another worker has taken over, and this one has nothing to say any more.
		if (isStale(error)) return toApplicationFailure(error, null);
		const delayMs = isLast ? null : retryDelayMs(attempt);
		log.warn({err: error, ...ref, step, status, attempt, isLast}, 'step failed');
		await journal.failAttempt(work, toFailure(error), delayMs === null ? null : new Date(Date.now() + delayMs));
		return toApplicationFailure(error, delayMs);
	};

	const tryStep = async (work: StepWork, context: StepContext): Promise<StepWork | null> => {
		try {
			context.progress(work.step);
			const failure = await withinSeconds(steps.timeoutSeconds(work), context, limited => steps.apply(work, limited));
			const observation = work.isLast ? await runtime.inspect(work.ref.workspaceId, context.signal) : null;
			return await journal.advance(work, observation, failure);
		} catch (error) {
			throw await failed(error, work, context);
		}
	};

	const revertStep = async (work: StepWork, context: StepContext): Promise<StepWork | null> => {
		try {
			context.progress(work.step);
			await withinSeconds(steps.timeoutSeconds(work), context, limited => steps.revert(work, limited));
			return await journal.reverted(work, await runtime.inspect(work.ref.workspaceId, context.signal));
		} catch (error) {
			throw await failed(error, work, context);
		}
	};

	return {
		/** Takes the operation's steps from where it is to its end. */
		async runSteps(ref: OperationRef): Promise<void> {
			const context = stepContext();
			let work = await orRefuse(() => journal.begin(ref));
			while (work) {
				if (context.signal.aborted) throw new CancelledFailure('CANCELLED');
				work = await tryStep(work, context);
			}
		},

		/** Undoes what the operation began, newest first, and ends it; or goes on to its end, when there is no way back. Tried until it is done. */
		async revertSteps(ref: OperationRef): Promise<void> {
			const context = stepContext();
			let work = await orGiveUp(
				log,
				() => orRefuse(() => journal.beginRevert(ref)),
				async () => {
					await journal.giveUp(ref);
					return null;
				},
			);
			while (work) work = await (work.status === 'reverting' ? revertStep : tryStep)(work, context);
		},

		/** Writes down what the engine says of a workspace with nothing under way. */
		async observeWorkspace({workspaceId}: {workspaceId: string}): Promise<void> {
			await drift.observed(workspaceId, await runtime.inspect(workspaceId, stepContext().signal));
		},

		/** Compares everything on the target with the database. */
		sweepTarget: ({target}: {target: string}): Promise<TargetSweep> => targetSweep.sweep(target, stepContext()),
	};
};

const isStale = (error: unknown): boolean => error instanceof AppError && error.code === 'STALE_ATTEMPT';

/** An operation that is being undone already is not gone on with, and one that is unknown not asked for again, whoever asks. */
const orRefuse = async (begin: () => Promise<StepWork | null>): Promise<StepWork | null> => {
	try {
		return await begin();
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		throw toApplicationFailure(error, isLastAttempt(error, 1, false) ? null : retryDelayMs(1));
	}
};

const stepContext = (): StepContext => {
	const context = Context.current();
	return {signal: context.cancellationSignal, progress: detail => context.heartbeat(detail)};
};
