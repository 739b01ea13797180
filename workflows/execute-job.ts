import {
	CancellationScope,
	condition,
	defineSignal,
	isCancellation,
	patched,
	setHandler,
	workflowInfo,
} from '@temporalio/workflow';
import {type ExecuteJobInput, LOOK, type RunRef} from '../src/automation/automation.contract.ts';
import {type ExecutionActivities, executions, executionsByQueue, runsOn} from './activities.ts';

const lookSignal = defineSignal(LOOK);

/** What came of it, for whoever reads it in the Temporal Web UI. */
type Outcome = 'done' | 'nothing to do';

/** One run of a job, from the time that it is due to its end. */
export async function executeJob(input: ExecuteJobInput): Promise<Outcome> {
	let looks = 0;
	setHandler(lookSignal, () => void (looks += 1));
	const database = patched('questions-are-local') ? executions : executionsByQueue;
	const executionId = 'executionId' in input ? input.executionId : await claim(input, database);
	if (executionId === null) return 'nothing to do';

	// Somebody cancelled the workflow in Temporal: that is a wish like any other, and the end is the same orderly one.
	void CancellationScope.current().cancelRequested.catch(async (error: unknown) => {
		if (!isCancellation(error)) throw error;
		await CancellationScope.nonCancellable(() => database.cancelFromTemporal({executionId}));
		looks += 1;
	});
	await CancellationScope.nonCancellable(async () => {
		for (;;) {
			const seen = looks;
			const step = await database.nextExecutionStep({executionId});
			if (step.kind === 'over') break;
			if (step.kind === 'wait') await condition(() => looks > seen, step.milliseconds);
			else await attempt(step.run, database, seen, () => looks);
		}
	});
	return 'done';
}

const claim = (
	{jobId, revision}: {jobId: string; revision: number},
	database: ExecutionActivities,
): Promise<string | null> => {
	const {workflowId, searchAttributes, startTime} = workflowInfo();
	// The time that the schedule meant; the workflow may have begun later.
	const [planned = startTime] = (searchAttributes['TemporalScheduledStartTime'] ?? []) as Date[];
	return database.claimExecution({jobId, revision, nominalTime: planned.toISOString(), workflowId});
};

/** How long to wait when the workspace turned out not to be there. */
const LOOK_AGAIN = '5 seconds';

/** Starts the process in the container, follows it to its end, and ends it when someone says so. */
const attempt = async (
	run: RunRef,
	database: ExecutionActivities,
	seen: number,
	looks: () => number,
): Promise<void> => {
	const {startRun, followRun, stopRun} = runsOn(run.target);
	const start = await startRun(run);
	if (start === 'notNow') await condition(() => looks() > seen, LOOK_AGAIN);
	if (start !== 'started') return;

	let isOver = false;
	const following = followRun(run).finally(() => (isOver = true));
	// Handled below; until then it may reject unobserved.
	following.catch(() => {});
	let asked = seen;
	let isStopping = false;
	while (!isOver) {
		if (!isStopping && looks() > asked) {
			asked = looks();
			isStopping = await database.isExecutionCancelled({executionId: run.executionId});
			if (isStopping) await stopRun(run);
		}
		await condition(() => isOver || (!isStopping && looks() > asked));
	}
	await database.finishRun({run, ended: await following});
};
