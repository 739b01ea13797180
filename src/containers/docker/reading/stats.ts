import type {Stats} from '../../container-runtime.ts';
import {Sample} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {pause} from '../pause.ts';
import {findRunning} from './find-containers.ts';
import {toStats} from './read-stats.ts';

/** Processor use is a difference: nearer samples say nothing, older ones say nothing about now. Milliseconds. */
const nearest = 200;
const oldest = 30_000;

/**
 * Reads the use of resources now. Someone who looks again soon is answered from one sample and the one before; the first look takes
 * two. (An engine before 23 answers only at its next full second.)
 */
export const createStatsReader = (engine: Engine) => {
	const previous = new Map<string, {sample: Sample; at: number}>();

	const take = async (id: string, signal: AbortSignal): Promise<Sample> => {
		const query = {stream: false, 'one-shot': true};
		const sample = await engine.ask({method: 'GET', path: `/containers/${id}/stats`, query}, Sample, signal);
		for (const [key, {at}] of previous) if (Date.now() - at > oldest) previous.delete(key);
		previous.set(id, {sample, at: Date.now()});
		return sample;
	};

	return async (workspaceId: string, signal: AbortSignal): Promise<Stats> => {
		const {id} = await findRunning(engine, workspaceId, signal);
		const known = previous.get(id);
		const age = known ? Date.now() - known.at : Infinity;
		if (known && age > nearest && age < oldest) return toStats(known.sample, await take(id, signal));
		const first = await take(id, signal);
		await pause(nearest, signal);
		return toStats(first, await take(id, signal));
	};
};
