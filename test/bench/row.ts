import type {Figures} from './statistics.ts';

/** One line of the report. */
export interface Row {
	name: string;
	unit: 'ms' | 's' | 'MiB' | 'jobs';
	measured: Figures;
	/** What the same costs without us. */
	floor?: Figures;
	/** What we add to the floor: milliseconds more, or how many times as long. */
	overhead?: Figures;
	ratio?: number;
	/** What the figures of the same names should stay below, and which of them are meant. */
	target?: {of: 'measured' | 'overhead'; limits: Figures} | {of: 'ratio'; limit: number};
	/** The target is a promise: to miss it is a failure. */
	isPromise?: true;
}

/** Null for a row without a target. */
export function isWithinTarget({target, measured, overhead = {}, ratio}: Row): boolean | null {
	if (!target) return null;
	if (target.of === 'ratio') return (ratio ?? Number.NaN) <= target.limit;
	const figures = target.of === 'overhead' ? overhead : measured;
	return Object.entries(target.limits).every(([name, limit]) => (figures[name] ?? Number.NaN) <= limit);
}
