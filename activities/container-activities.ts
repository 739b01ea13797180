import {Context} from '@temporalio/activity';
import {CancelledFailure} from '@temporalio/common';
import type {ContainerRuntime, StepContext} from '../src/containers/container-runtime.ts';
import type {ImageCatalogue} from '../src/images/image-catalogue.ts';
import type {Logger} from '../src/logger.ts';
import type {DriftService} from '../src/workspaces/drift.service.ts';
import type {OperationJournal} from '../src/workspaces/operation-journal.service.ts';
import type {StepWork} from '../src/workspaces/step-work.ts';
import type {OperationRef} from '../src/workspaces/workspace.contract.ts';
import type {OperationKind} from '../src/workspaces/workspace-lifecycle.ts';
import {isLastAttempt, toApplicationFailure, toFailure} from './failures.ts';
import {createOperationSteps} from './operation-steps.ts';

export interface ContainerActivityDependencies {
	runtime: ContainerRuntime;
	journal: OperationJournal;
	drift: DriftService;
	images: ImageCatalogue;
	log: Logger;
}

/** Stop and delete go on until the engine has confirmed them. */
const persistent: readonly OperationKind[] = ['stop', 'delete'];

/** Activities that touch one engine or cluster; its worker serves their queue. */
export const createContainerActivities = ({runtime, journal, drift, images, log}: ContainerActivityDependencies) => {
	const steps = createOperationSteps({runtime, journal, images});

	const tryStep = async (ref: OperationRef, work: StepWork, context: StepContext): Promise<StepWork | null> => {
		try {
			context.progress(work.step);
			const failure = await steps.apply(ref, work, context);
			const observation = work.isLast ? await runtime.inspect(ref.workspaceId, context.signal) : null;
			return await journal.advance(ref, work.step, observation, failure);
		} catch (error) {
			// A cancelled step has not failed: what it made is about to be undone.
			if (context.signal.aborted) throw new CancelledFailure('CANCELLED');
			const isLast = isLastAttempt(error, work.attempt, persistent.includes(work.kind));
			log.warn({err: error, ...ref, step: work.step, attempt: work.attempt, isLast}, 'step failed');
			await journal.failAttempt(ref, work.step, toFailure(error), isLast);
			throw toApplicationFailure(error, isLast);
		}
	};

	const revertStep = async (ref: OperationRef, work: StepWork, context: StepContext): Promise<StepWork | null> => {
		try {
			context.progress(work.step);
			await steps.revert(ref, work, context);
			return await journal.reverted(ref, work.step, await runtime.inspect(ref.workspaceId, context.signal));
		} catch (error) {
			log.warn({err: error, ...ref, step: work.step}, 'step could not be undone yet');
			await journal.failAttempt(ref, work.step, toFailure(error), false);
			throw toApplicationFailure(error, false);
		}
	};

	return {
		/** Takes the operation's steps from where it is to its end. */
		async runSteps(ref: OperationRef): Promise<void> {
			const context = stepContext();
			let work = await beginOrRefuse(journal, ref);
			while (work) {
				if (context.signal.aborted) throw new CancelledFailure('CANCELLED');
				work = await tryStep(ref, work, context);
			}
		},

		/** Undoes what the operation began, newest first, and ends it. Tried until it is done. */
		async revertSteps(ref: OperationRef): Promise<void> {
			const context = stepContext();
			let work = await journal.beginRevert(ref);
			while (work) work = await revertStep(ref, work, context);
		},

		/** Writes down what the engine says of a workspace with nothing under way. */
		async observeWorkspace({workspaceId}: {workspaceId: string}): Promise<void> {
			await drift.observed(workspaceId, await runtime.inspect(workspaceId, stepContext().signal));
		},
	};
};

/** An operation that is being undone already is not gone on with, whoever asks. */
const beginOrRefuse = async (journal: OperationJournal, ref: OperationRef): Promise<StepWork | null> => {
	try {
		return await journal.begin(ref);
	} catch (error) {
		throw toApplicationFailure(error, isLastAttempt(error, 1, false));
	}
};

const stepContext = (): StepContext => {
	const context = Context.current();
	return {signal: context.cancellationSignal, progress: detail => context.heartbeat(detail)};
};
