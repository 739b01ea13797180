import {setTimeout as pause} from 'node:timers/promises';
import type {Logger} from '../src/logger.ts';

const PATIENCE_MS = 60_000;

/** Tries until it works, and says what it waits for; rejects with the last error after a minute. */
export const untilItWorks = async <T>(what: string, log: Logger, work: () => Promise<T>): Promise<T> => {
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (Date.now() > deadline) throw error;
			log.info({reason: error instanceof Error ? error.message : String(error)}, `waiting for ${what}`);
			await pause(1000);
		}
	}
};
