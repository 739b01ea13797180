/** What the API, the workflows and the activities of automation agree on. Ids only: nothing that a history should not hold. */

export const executionWorkflowId = (executionId: string): string => `execution-${executionId}`;
/** The Temporal Schedule of a job, and the beginning of the ids of the workflows that it starts. */
export const jobScheduleId = (jobId: string): string => `job-${jobId}`;
export const jobOfSchedule = (scheduleId: string): string | null => /^job-(.{36})$/.exec(scheduleId)?.[1] ?? null;

/** `look`: something that the execution waits for may have happened. */
export const LOOK = 'look';

/** A time of a job has come, or an execution that was accepted is to be carried to its end. */
export type ExecuteJobInput = {jobId: string; revision: number} | {executionId: string};

export interface ClaimInput {
	jobId: string;
	/** The revision of the job that the schedule was made from. */
	revision: number;
	/** ISO. */
	nominalTime: string;
	workflowId: string;
}

export interface RunRef {
	executionId: string;
	workspaceId: string;
	target: string;
	attempt: number;
}

/** What an execution has to do next. */
export type ExecutionStep = {kind: 'run'; run: RunRef} | {kind: 'wait'; milliseconds: number} | {kind: 'over'};
