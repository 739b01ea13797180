import type {Job} from './job.entity.ts';

export interface ScheduleState {
	jobId: string;
	paused: boolean;
	note: string;
}

/** The port to Temporal's schedules. Every call resolves or rejects within five seconds. */
export interface JobSchedules {
	/** Makes the job's schedule be what the job says. Repeating it changes nothing. A job that has no times has no schedule. */
	put(job: Job): Promise<void>;
	/** Absent is success. */
	remove(jobId: string): Promise<void>;
	/** What all of them were a moment ago. A hint: ask `state` before acting on it. */
	list(): AsyncIterable<ScheduleState>;
	/** What one of them is now; null: there is none. */
	state(jobId: string): Promise<ScheduleState | null>;
}
