import {setTimeout} from 'node:timers/promises';

/** Waits; when the signal ends the wait, its reason is thrown. */
export const pause = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
	try {
		await setTimeout(milliseconds, undefined, {signal});
	} catch (error) {
		signal.throwIfAborted();
		throw error;
	}
};

/** Pauses that double, from `first` to `longest` milliseconds. */
export const createBackoff = (first: number, longest: number) => {
	let next = first;
	return {
		reset: () => {
			next = first;
		},
		pause: async (signal: AbortSignal): Promise<void> => {
			const now = next;
			next = Math.min(next * 2, longest);
			await pause(now, signal);
		},
	};
};
