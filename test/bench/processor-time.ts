import {processorTimeOf} from './process-tree.ts';
import type {Figures} from './statistics.ts';
import {processes, type World} from './world.ts';

/** Milliseconds of processor time that each process of the product has used so far. */
export const processorTimes = ({pidOf}: Pick<World, 'pidOf'>): Figures =>
	Object.fromEntries(processes.map(name => [name, processorTimeOf(pidOf(name))]));

/** What each of so many pieces of work has cost since. */
export const perPiece = (before: Figures, after: Figures, pieces: number): Figures =>
	Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / pieces]));
