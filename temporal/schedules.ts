import {type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy, type ScheduleOptions} from '@temporalio/client';
import {MAIN_QUEUE} from '../src/workspaces/workspace.contract.ts';

const DEADLINE_MS = 5000;

const sweep = {
	scheduleId: 'sweep',
	spec: {intervals: [{every: '1 minute'}]},
	policies: {overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute'},
	action: {
		type: 'startWorkflow',
		workflowType: 'sweep',
		workflowId: 'sweep',
		taskQueue: MAIN_QUEUE,
		args: [],
		workflowExecutionTimeout: '5 minutes',
		staticSummary: 'Wakes workspaces whose work nobody does',
	},
	state: {note: 'Made and kept in step by the worker.'},
} as const satisfies ScheduleOptions;

/** Makes the product's own schedules be what the code says. May be called by every worker at every start. */
export const ensureSchedules = (client: Client): Promise<void> =>
	client.withDeadline(Date.now() + DEADLINE_MS, async () => {
		try {
			await client.schedule.create(sweep);
		} catch (error) {
			if (!(error instanceof ScheduleAlreadyRunning)) throw error;
			const {spec, policies, action} = sweep;
			// Whether it is paused is the operator's business.
			await client.schedule.getHandle(sweep.scheduleId).update(previous => ({...previous, spec, policies, action}));
		}
	});
