/** Named numbers, e.g. {p50: 480, p95: 610}. */
export type Figures = Record<string, number>;

/** The value that this share of the samples does not exceed (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
	const sorted = samples.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** What most and what nearly all samples stay below. */
export const spread = (samples: readonly number[]): Figures => ({
	p50: percentile(samples, 0.5),
	p95: percentile(samples, 0.95),
});

/** What most and all but a few stay below, and the worst of them. */
export const extremes = (samples: readonly number[]): Figures => ({
	p50: percentile(samples, 0.5),
	p99: percentile(samples, 0.99),
	max: percentile(samples, 1),
});

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** Runs the work and answers how many milliseconds it took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await work();
	return performance.now() - started;
}
