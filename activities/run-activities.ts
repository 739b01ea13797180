import {Context} from '@temporalio/activity';
import type {RunRef} from '../src/automation/automation.contract.ts';
import type {ExecutionJournal} from '../src/automation/execution-journal.service.ts';
import {type EndedRun, lostRun, type RunService} from '../src/automation/runs/run.service.ts';
import type {Logger} from '../src/logger.ts';
import {orGiveUp} from './or-give-up.ts';

export interface RunActivityDependencies {
	runs: RunService;
	executionJournal: ExecutionJournal;
	log: Logger;
}

/** Activities that touch the process of a run in its container. */
export const createRunActivities = ({runs, executionJournal, log}: RunActivityDependencies) => {
	const signal = () => Context.current().cancellationSignal;
	const giveUp = async (run: RunRef): Promise<void> => {
		await runs.stop(run, signal()).catch((error: unknown) => log.warn({err: error, ...run}, 'run not stopped'));
		await executionJournal.giveUp(run.executionId, 'INTERNAL_ERROR');
	};
	return {
		startRun: (run: RunRef): Promise<'started' | 'notNow' | 'over'> =>
			orGiveUp<'started' | 'notNow' | 'over'>(
				log,
				() => runs.start(run, Context.current().info.attempt, signal()),
				async () => {
					await giveUp(run);
					return 'over';
				},
			),
		followRun: (run: RunRef): Promise<EndedRun> =>
			orGiveUp(
				log,
				() => runs.follow(run, signal()),
				async () => {
					await giveUp(run);
					return lostRun;
				},
			),
		stopRun: (run: RunRef): Promise<void> => runs.stop(run, signal()),
	};
};
