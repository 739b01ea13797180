import {type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, type ScheduleOptions} from '@temporalio/client';
import {sweepId} from '../src/workspaces/workspace.contract.ts';

const DEADLINE_MS = 5000;

const sweepSchedule = (taskQueue: string) =>
	({
		scheduleId: sweepId(taskQueue),
		spec: {intervals: [{every: '1 minute'}]},
		policies: {overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute'},
		action: {
			type: 'startWorkflow',
			workflowType: 'sweep',
			workflowId: sweepId(taskQueue),
			taskQueue,
			args: [],
			workflowExecutionTimeout: '5 minutes',
			staticSummary: 'Compares the engines with the database; wakes workspaces whose work nobody does',
		},
		state: {note: 'Made and kept in step by the worker.'},
	}) as const satisfies ScheduleOptions;

/** Makes the product's own schedules be what the code says. May be called by every worker at every start. */
export const ensureSchedules = (client: Client, taskQueue: string): Promise<void> =>
	client.withDeadline(Date.now() + DEADLINE_MS, async () => {
		const sweep = sweepSchedule(taskQueue);
		try {
			await client.schedule.create(sweep);
		} catch (error) {
			if (!(error instanceof ScheduleAlreadyRunning)) throw error;
			const {spec, policies, action} = sweep;
			// Whether it is paused is the operator's business.
			await client.schedule.getHandle(sweep.scheduleId).update(previous => ({...previous, spec, policies, action}));
		}
	});
