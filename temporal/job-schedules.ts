import {
	type Client,
	ScheduleAlreadyRunning,
	ScheduleNotFoundError,
	ScheduleOverlapPolicy,
	type ScheduleOptions,
} from '@temporalio/client';
import {defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes} from '@temporalio/common';
import {jobOfSchedule, jobScheduleId} from '../src/automation/automation.contract.ts';
import type {Job} from '../src/automation/job.entity.ts';
import type {JobSchedules} from '../src/automation/job-schedules.ts';
import {toScheduleSpec} from './schedule-spec.ts';
import {searchAttributeNames} from '../src/workspaces/workspace.contract.ts';

const DEADLINE_MS = 5000;
/** The sweep accounts for what Temporal itself did not start within this; see `claim.service.ts`. */
const CATCH_UP = '1 minute';

const workspaceIdKey = defineSearchAttributeKey(searchAttributeNames.workspaceId, SearchAttributeType.KEYWORD);

/**
 * Jobs as Temporal Schedules. A schedule only says that a time has come: which of them run, late or beside others, is decided where all of them are
 * accounted for, in the database. So Temporal lets everything overlap.
 */
export const createJobSchedules = (client: Client, taskQueue: string): JobSchedules => {
	const within = <T>(work: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + DEADLINE_MS, work);
	const handleOf = (jobId: string) => client.schedule.getHandle(jobScheduleId(jobId));

	const remove = async (jobId: string): Promise<void> => {
		try {
			await within(() => handleOf(jobId).delete());
		} catch (error) {
			if (!(error instanceof ScheduleNotFoundError)) throw error;
		}
	};

	return {
		remove,

		async put(job) {
			const options = scheduleOf(job, taskQueue);
			if (!options) return remove(job.id);
			try {
				await within(() => client.schedule.create(options));
			} catch (error) {
				if (!(error instanceof ScheduleAlreadyRunning)) throw error;
				const {spec, policies, action, state} = options;
				await within(() => handleOf(job.id).update(previous => ({...previous, spec, policies, action, state})));
			}
		},

		async *list() {
			for await (const {scheduleId, state} of client.schedule.list()) {
				const jobId = jobOfSchedule(scheduleId);
				if (jobId) yield {jobId, paused: state.paused, note: state.note ?? ''};
			}
		},

		async state(jobId) {
			try {
				const {state} = await within(() => handleOf(jobId).describe());
				return {jobId, paused: state.paused, note: state.note ?? ''};
			} catch (error) {
				if (error instanceof ScheduleNotFoundError) return null;
				throw error;
			}
		},
	};
};

const scheduleOf = (job: Job, taskQueue: string) => {
	const spec = toScheduleSpec(job.trigger, job.policy.dst, new Date());
	if (!spec) return null;
	return {
		scheduleId: jobScheduleId(job.id),
		spec: {...spec, ...(job.policy.jitterSeconds ? {jitter: job.policy.jitterSeconds * 1000} : {})},
		policies: {overlap: ScheduleOverlapPolicy.ALLOW_ALL, catchupWindow: CATCH_UP},
		action: {
			type: 'startWorkflow',
			workflowType: 'executeJob',
			workflowId: jobScheduleId(job.id),
			taskQueue,
			args: [{jobId: job.id, revision: job.revision}],
			typedSearchAttributes: new TypedSearchAttributes([{key: workspaceIdKey, value: job.workspace}]),
			staticSummary: job.name,
		},
		state: {paused: job.status === 'paused', note: job.pauseNote ?? ''},
	} as const satisfies ScheduleOptions;
};
