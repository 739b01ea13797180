/** What becomes of a run that is due: pure rules. Rows and workflows follow them. */

export const activeStatuses = ['queued', 'waiting', 'running'] as const;
export const finalStatuses = ['succeeded', 'failed', 'cancelled', 'timedOut', 'skipped', 'missed', 'unknown'] as const;
/**
 * `queued`: behind another run. `waiting`: for its workspace, or for its next attempt. `missed`: nobody was there at its time. `unknown`: it
 * ended, and nothing proves how.
 */
export const executionStatuses = [...activeStatuses, ...finalStatuses] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

export const isFinal = (status: ExecutionStatus): boolean => finalStatuses.some(final => final === status);

export const executionTriggers = ['schedule', 'manual', 'webhook', 'backfill', 'retry'] as const;
export type ExecutionTrigger = (typeof executionTriggers)[number];

export const overlapPolicies = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'allowAll'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** `start`: nothing of the job is in its way. `replace`: the ones before it are cancelled, and it follows. */
export type OverlapDecision = 'start' | 'queue' | 'skip' | 'replace';

/** What the job's overlap policy says of one more run, beside those under way and those that wait for their turn. */
export const decideOverlap = (
	policy: OverlapPolicy,
	{active, queued}: {active: number; queued: number},
): OverlapDecision => {
	if (policy === 'allowAll' || active + queued === 0) return 'start';
	if (policy === 'cancelOther') return 'replace';
	if (policy === 'bufferAll') return 'queue';
	return policy === 'bufferOne' && queued === 0 ? 'queue' : 'skip';
};

export const catchUpPolicies = ['none', 'latest', 'all'] as const;
export type CatchUpPolicy = (typeof catchUpPolicies)[number];

/** A run that begins later than this (and its jitter) was not merely held up: nobody was there. */
export const LATE_AFTER_SECONDS = 60;

export interface Lateness {
	lateSeconds: number;
	jitterSeconds: number;
	windowSeconds: number;
	/** No later time of the job has come since. */
	isLatest: boolean;
}

/** May a run still begin, so long after its time? */
export const mayStillRun = (policy: CatchUpPolicy, late: Lateness): boolean => {
	if (late.lateSeconds <= LATE_AFTER_SECONDS + late.jitterSeconds) return true;
	if (policy === 'none' || late.lateSeconds > late.windowSeconds) return false;
	return policy === 'all' || late.isLatest;
};

/** So many runs may be under way in one workspace at once; more of them wait for their turn. */
export const RUNS_PER_WORKSPACE = 5;

export interface QueuedRun {
	id: string;
	jobId: string;
	overlap: OverlapPolicy;
}

/** Which of those that wait, oldest first, may go on now. Runs of one job stay in order. */
export const admissible = (queued: readonly QueuedRun[], activeJobIds: readonly string[]): string[] => {
	const busy = new Set(activeJobIds);
	const admitted: string[] = [];
	for (const {id, jobId, overlap} of queued) {
		if (activeJobIds.length + admitted.length >= RUNS_PER_WORKSPACE) break;
		if (overlap !== 'allowAll' && busy.has(jobId)) continue;
		busy.add(jobId);
		admitted.push(id);
	}
	return admitted;
};
