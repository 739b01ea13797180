import {Context} from '@temporalio/activity';
import {CancelledFailure} from '@temporalio/common';
import type {ContainerRuntime} from '../src/containers/container-runtime.ts';
import {AppError} from '../src/errors.ts';
import type {ImageCatalogue} from '../src/images/image-catalogue.ts';
import type {Logger} from '../src/logger.ts';
import type {OperationService} from '../src/workspaces/operation.service.ts';
import type {OperationKind} from '../src/workspaces/workspace-lifecycle.ts';
import type {StepInput} from '../src/workspaces/workspace.contract.ts';
import {isLastAttempt, toApplicationFailure, toFailure} from './failures.ts';
import {createOperationSteps} from './operation-steps.ts';

export interface ContainerActivityDependencies {
	runtime: ContainerRuntime;
	operations: OperationService;
	images: ImageCatalogue;
	log: Logger;
}

/** Stop and delete go on until the engine has confirmed them. */
const persistent: readonly OperationKind[] = ['stop', 'delete'];

/** Activities that touch one engine or cluster; its worker serves their queue. */
export const createContainerActivities = ({runtime, operations, images, log}: ContainerActivityDependencies) => {
	const steps = createOperationSteps({runtime, operations, images});

	return {
		/** Tries one step of an operation, and writes down what came of it. */
		async runStep(input: StepInput): Promise<void> {
			const context = stepContext();
			const {attempt} = Context.current().info;
			const work = await operations.beginStep(input, attempt);
			try {
				const failure = (await steps.apply(input, work, context)) ?? null;
				const isLast = work.lastStep === input.step;
				const observation = isLast ? await runtime.inspect(input.workspaceId, context.signal) : null;
				await operations.endStep(input, observation, failure);
				// Bootstrapping is all that this operation was for.
				if (failure && work.operation.kind === 'bootstrap') throw new AppError('BOOTSTRAP_FAILED', failure.params);
			} catch (error) {
				// A cancelled step has not failed: what it made is about to be undone.
				if (context.signal.aborted) throw new CancelledFailure('CANCELLED');
				const isLast = isLastAttempt(error, attempt, persistent.includes(work.operation.kind));
				log.warn({err: error, ...input, attempt, isLast}, 'step failed');
				await operations.failAttempt(input, toFailure(error), isLast);
				throw toApplicationFailure(error, isLast);
			}
		},

		/** Undoes one step. Tried until it is done. */
		async revertStep(input: StepInput): Promise<void> {
			const context = stepContext();
			try {
				await steps.revert(input, await operations.readStep(input), context);
				await operations.revertedStep(input, await runtime.inspect(input.workspaceId, context.signal));
			} catch (error) {
				log.warn({err: error, ...input, attempt: Context.current().info.attempt}, 'step could not be reverted yet');
				await operations.failAttempt(input, toFailure(error), false);
				throw toApplicationFailure(error, false);
			}
		},

		/** Writes down what the engine says of a workspace with nothing under way. */
		async observeWorkspace({workspaceId}: {workspaceId: string}): Promise<void> {
			const {signal} = stepContext();
			await operations.observed(workspaceId, await runtime.inspect(workspaceId, signal));
		},
	};
};

const stepContext = () => {
	const context = Context.current();
	return {signal: context.cancellationSignal, progress: (detail?: unknown) => context.heartbeat(detail)};
};
