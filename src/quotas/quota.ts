/** What there is a quota of: of each person, for what is theirs alone, and of each team. */
export const quotaNames = [
	'workspaces',
	'runningWorkspaces',
	'cpus',
	'memoryMiB',
	'diskMiB',
	'concurrentExecutions',
	'jobs',
	'spendPerDayUsd',
] as const;
export type QuotaName = (typeof quotaNames)[number];

/** How much there may be of each; null: without limit. What is absent is as somebody else says: the configuration, or nobody. */
export type QuotaLimits = Partial<Record<QuotaName, number | null>>;

/** Whose quota it is. */
export interface QuotaSubject {
	type: 'user' | 'team';
	id: string;
}

/** A workspace, and all that is in it, counts for its team, or, when it has none, for its owner. */
export const subjectOf = ({team, owner}: {team: string | null; owner: string}): QuotaSubject =>
	team === null ? {type: 'user', id: owner} : {type: 'team', id: team};

/** What a workspace takes up as soon as it is wanted running. */
export const whenRunning = ({cpus, memoryMiB}: {cpus: number; memoryMiB: number}) => ({
	runningWorkspaces: 1,
	cpus,
	memoryMiB,
});

/** What one more of something is refused with. */
export interface Shortage {
	quota: QuotaName;
	limit: number;
	used: number;
	wanted: number;
}

// Sums of decimals are not exact: 0.1 + 0.2 is room enough for 0.3.
const TOLERANCE = 1e-9;

/** Whether that much more is too much. Money is different: nobody knows what a run will cost, so that what is spent counts. */
export const isShort = ({quota, limit, used, wanted}: Shortage): boolean =>
	quota === 'spendPerDayUsd' ? used >= limit : wanted > 0 && used + wanted > limit + TOLERANCE;

/** When the next day of quotas begins: at midnight UTC, wherever somebody says that they live. */
export const nextDay = (now: Date): Date => new Date(startOfDay(now).getTime() + 24 * 3_600_000);
export const startOfDay = (now: Date): Date => new Date(Math.floor(now.getTime() / 86_400_000) * 86_400_000);
