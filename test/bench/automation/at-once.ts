import {setTimeout as pause} from 'node:timers/promises';
import {Problem} from '../../../stack/problem.ts';
import {until} from '../../../stack/until.ts';
import {perPiece, processorTimes} from '../processor-time.ts';
import type {Figures} from '../statistics.ts';
import type {World} from '../world.ts';

/** So many are due at the same moment. */
export const count = 1000;

const inFlight = 8;
/** Long enough to make all of them on a busy machine. */
const leadMs = 90_000;
const marginMs = 2000;
const patienceMs = 240_000;

/** The first full minute by which all of them can be there. */
export const minuteAhead = (): Date => new Date(Math.ceil((Date.now() + leadMs) / 60_000) * 60_000);

/** Does it for each number, a few at a time; answers in order. */
export async function forEachOfThem<T>(work: (index: number) => Promise<T>): Promise<T[]> {
	const answers: T[] = [];
	let next = 0;
	const lane = async () => {
		while (next < count) {
			const index = next++;
			answers[index] = await work(index);
		}
	};
	await Promise.all(Array.from({length: inFlight}, lane));
	return answers;
}

/**
 * Waits for that minute, and then until all have come to their end, or for four minutes: what is missing then is for the caller to tell. Answers the
 * processor time that each has cost since, in milliseconds.
 */
export async function untilAllEnded(world: World, due: Date, howMany: () => Promise<number>): Promise<Figures> {
	const remaining = due.getTime() - Date.now();
	if (remaining < marginMs)
		throw new Problem(`This machine is too slow: to make ${count} schedules took more than ${leadMs / 1000} s.`);
	await pause(remaining);
	const before = processorTimes(world);
	await until(async () => (await howMany()) >= count, patienceMs, 1000);
	return perPiece(before, processorTimes(world), count);
}
