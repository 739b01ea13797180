import type {OperationSteps} from '../../../activities/index.ts';
import type {StepContext} from '../../../src/containers/container-runtime.ts';
import {AppError} from '../../../src/errors.ts';
import type {StepWork} from '../../../src/workspaces/step-work.ts';
import type {Hit, Plan} from './faults.ts';

const HANGS_FOR_SECONDS = 2;

/** The product's own steps, which fail as planned. `tell` resolves when the test knows. */
export const faultySteps = (
	steps: OperationSteps,
	plans: Plan[],
	tell: (hit: Hit) => Promise<void>,
): OperationSteps => {
	const planned = (work: StepWork) =>
		plans.find(({workspace, step}) => workspace === work.spec.name && step === work.step);
	const done = async (plan: Plan): Promise<void> => {
		plans.splice(plans.indexOf(plan), 1);
		await tell({workspace: plan.workspace, dies: false});
	};
	const die = async ({workspace}: Plan): Promise<never> => {
		await tell({workspace, dies: true});
		process.kill(process.pid, 'SIGKILL');
		return new Promise(() => {});
	};

	return {
		timeoutSeconds: work => (planned(work)?.fault === 'hangs' ? HANGS_FOR_SECONDS : steps.timeoutSeconds(work)),

		async apply(work, context) {
			const plan = planned(work);
			const run = () => steps.apply(work, context);
			switch (plan?.fault) {
				case undefined:
					return run();
				case 'errorBefore':
					await done(plan);
					throw new Error('injected before');
				case 'errorAfter':
					await run();
					await done(plan);
					throw new Error('injected after');
				case 'killedBefore':
					return die(plan);
				case 'killedAfter':
					await run();
					return die(plan);
				case 'hangs':
					await done(plan);
					return untilAborted(context);
				case 'runsTwice':
					await done(plan);
					await run();
					return run();
				case 'failsForGood':
					await run();
					await done(plan);
					throw new AppError('ENGINE_REFUSED', {message: 'injected'});
				case 'failsForGoodKilledUndoing':
					await run();
					throw new AppError('ENGINE_REFUSED', {message: 'injected'});
			}
		},

		async revert(work, context) {
			const plan = planned(work);
			await steps.revert(work, context);
			if (plan?.fault === 'failsForGoodKilledUndoing') await die(plan);
		},
	};
};

const untilAborted = (context: StepContext): Promise<never> =>
	new Promise((_, reject) => {
		context.signal.addEventListener('abort', () => reject(context.signal.reason as Error), {once: true});
	});
