import {setTimeout as sleep} from 'node:timers/promises';

/** Asks again and again until the answer is yes; answers whether it was yes before the deadline. */
export async function until(ask: () => Promise<boolean> | boolean, withinMs: number, everyMs = 50): Promise<boolean> {
	const deadline = Date.now() + withinMs;
	for (;;) {
		if (await ask()) return true;
		if (Date.now() >= deadline) return false;
		await sleep(everyMs);
	}
}
