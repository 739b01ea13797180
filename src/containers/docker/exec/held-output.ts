import {type Duplex, PassThrough, type Readable} from 'node:stream';
import {AppError} from '../../../errors.ts';

/** How much waits here for a slow reader; beyond it the engine holds, and then the command is held up. */
const heldBytes = 128 * 1024;
const lookEveryMs = 250;
/** Half of the time that an engine waits: the rest is for taking what it has. */
const patienceMs = 1000;

export interface HeldOutput {
	/** Read it at any pace. */
	output: Readable;
	/** The end was not noticed in time: some of the last output may be missing. */
	isIncomplete(): boolean;
}

/**
 * An engine waits two seconds after a command's end for its output to be taken, and then forgets, without a word, what is still in the pipe
 * (measured: 20.10.24, some 100 KiB). So while a reader is slow the engine is asked whether the command has ended, and if so everything is
 * taken at once: what an engine holds is less than two MiB. Destroy the connection when nobody will read any more.
 */
export const holdOutput = (connection: Duplex, hasEnded: () => Promise<boolean>): HeldOutput => {
	const held = new PassThrough({highWaterMark: heldBytes});
	connection.pipe(held);
	// Whoever reads is told; at times nobody does.
	held.on('error', () => {});
	connection.on('error', error => held.destroy(error));
	connection.on('close', () => {
		stop();
		if (!held.writableEnded) held.destroy(new AppError('ENGINE_UNREACHABLE'));
	});

	/** When it was last so that nothing could get lost: nothing waited, or the command ran. */
	let safeAt = Date.now();
	let asking = false;
	let incomplete = false;
	const look = async (): Promise<void> => {
		const now = Date.now();
		if (!held.writableNeedDrain) safeAt = now;
		else if (!asking) {
			asking = true;
			if (await hasEnded().finally(() => (asking = false))) takeAll();
			else safeAt = now;
		}
	};
	const takeAll = () => {
		stop();
		incomplete = Date.now() - safeAt > patienceMs;
		connection.unpipe(held);
		connection.on('data', chunk => held.write(chunk));
		connection.on('end', () => held.end());
		connection.resume();
	};
	// An engine that does not answer is asked again.
	const timer = setInterval(() => void look().catch(() => {}), lookEveryMs);
	const stop = () => clearInterval(timer);
	return {output: held, isIncomplete: () => incomplete};
};
