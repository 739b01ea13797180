import {AppError} from '../../../errors.ts';
import type {Engine} from '../engine.ts';
import {hasCode} from '../failures.ts';
import {createBackoff} from '../pause.ts';
import {killScript} from './kill-script.ts';
import {hasEnded, openExec, waitForExit} from './open-exec.ts';

/** The variable that a command and all that it starts carry, so that they can be found again from inside. */
export const markName = 'WSM_EXEC';

const seconds = 15;
/** What cut the connection of a command has cut those that are kept open as well: so long, one that breaks says nothing of the engine. */
const cutMs = 2000;

/**
 * Kills a command that runs in a container, with all that it started, and returns when that is confirmed. The engine has no call for
 * it: closing the connection changes nothing, and the process id that it tells is one of its own host. So a second command inside
 * does it, again and again until the engine says that the first has ended: one that is only just being started carries no mark yet.
 * Rejects with ENGINE_ERROR when something would not die, or hid by clearing its environment as its first act.
 */
export const killCommand = async (engine: Engine, containerId: string, execId: string, mark: string): Promise<void> => {
	// Of its own, because the caller's signal may be why we are here.
	const signal = AbortSignal.timeout(seconds * 1000);
	const backoff = createBackoff(50, 1000);
	const began = Date.now();
	const kill = async (): Promise<boolean> => {
		try {
			await killMarked(engine, containerId, mark, signal);
			await backoff.pause(signal);
			return await hasEnded(engine, execId, signal);
		} catch (error) {
			if (!hasCode(error, 'ENGINE_UNREACHABLE') || Date.now() - began > cutMs) throw error;
			await backoff.pause(signal);
			return false;
		}
	};
	try {
		while (!(await kill()));
	} catch (error) {
		if (hasCode(error, 'CONTAINER_NOT_FOUND')) return;
		if (error instanceof AppError) throw error;
		throw new AppError('ENGINE_ERROR', {message: 'the command could not be stopped'}, {cause: error});
	}
};

const killMarked = async (engine: Engine, containerId: string, mark: string, signal: AbortSignal): Promise<void> => {
	const command = {
		command: ['/bin/sh', '-c', killScript, 'sh', `${markName}=${mark}`],
		timeoutSeconds: seconds,
		maxOutputBytes: 1000,
	};
	const killer = await openExec(engine, containerId, command, {}, signal);
	try {
		await waitForExit(engine, killer.id, signal);
	} finally {
		killer.close();
	}
};
