import {Context} from '@temporalio/activity';
import type {RunRef} from '../src/automation/automation.contract.ts';
import type {EndedRun, RunService} from '../src/automation/runs/run.service.ts';

export interface RunActivityDependencies {
	runs: RunService;
}

/** Activities that touch the process of a run in its container. */
export const createRunActivities = ({runs}: RunActivityDependencies) => {
	const signal = () => Context.current().cancellationSignal;
	return {
		startRun: (run: RunRef): Promise<'started' | 'notNow' | 'over'> =>
			runs.start(run, Context.current().info.attempt, signal()),
		followRun: (run: RunRef): Promise<EndedRun> => runs.follow(run, signal()),
		stopRun: (run: RunRef): Promise<void> => runs.stop(run, signal()),
	};
};
