import type {Report} from '../../../stack/report.ts';
import {count} from '../automation/at-once.ts';
import {type DueJobs, runDueJobs} from '../automation/due-jobs.ts';
import {measureScheduledFloor} from '../automation/scheduled-floor.ts';
import type {CleanUp} from '../clean-up.ts';
import type {Row} from '../row.ts';
import {extremes} from '../statistics.ts';
import type {World} from '../world.ts';

const jitterSeconds = 30;

/**
 * Many jobs that are due at the same minute: how late they are, and whether each has its one execution. The floor are as many schedules of Temporal,
 * at another minute on the same server, that start a workflow which does nothing. A stock server starts 30 a second: jobs shall keep up with that. A tuned
 * one starts as many as the machine can do, so there the ratio says what a job costs.
 */
export async function measureJobs(
	world: World,
	workspaceIds: string[],
	report: Report,
	cleanUp: CleanUp,
): Promise<Row[]> {
	const floor = await measureScheduledFloor(world, report, cleanUp);
	const plain = await runDueJobs(world, workspaceIds, 0, report);
	const jittered = await runDueJobs(world, workspaceIds, jitterSeconds, report);
	const accepted = extremes(plain.accepted);
	const started = extremes(floor.started);
	const spreadOut = `  with jitter of ${jitterSeconds} s, from the nominal time`;
	return [
		{
			name: `${count} jobs due at once: due to accepted`,
			unit: 's',
			measured: accepted,
			floor: started,
			ratio: (accepted['max'] ?? Number.NaN) / (started['max'] ?? Number.NaN),
			...(world.temporal.isStock ? {target: {of: 'ratio', limit: 1.3}} : {}),
		},
		{name: '  due to final', unit: 's', measured: extremes(plain.ended), floor: extremes(floor.ended)},
		{name: '  processor time of each', unit: 'ms', measured: plain.cost, floor: floor.cost},
		accountsOf('  accounted for', plain),
		{name: `${spreadOut}: accepted`, unit: 's', measured: extremes(jittered.accepted)},
		{name: `${spreadOut}: final`, unit: 's', measured: extremes(jittered.ended)},
		accountsOf('  with jitter: accounted for', jittered),
	];
}

const accountsOf = (name: string, {accounts}: DueJobs): Row => ({
	name,
	unit: 'jobs',
	measured: {...accounts},
	target: {of: 'measured', limits: {missing: 0, twice: 0, astray: 0}},
	isPromise: true,
});
