import {randomUUID} from 'node:crypto';
import type {ExecCommand, ExecResult} from '../../container-runtime.ts';
import type {Engine} from '../engine.ts';
import {toCommandError} from '../failures.ts';
import {findRunning} from '../reading/find-containers.ts';
import {killCommand, markName} from './kill-command.ts';
import {openExec, waitForExit, type OpenExec} from './open-exec.ts';

/** Runs a command in the workspace's running container. */
export const execInWorkspace = async (
	engine: Engine,
	workspaceId: string,
	command: ExecCommand,
	signal: AbortSignal,
): Promise<ExecResult> => {
	const {id} = await findRunning(engine, workspaceId, signal);
	return runCommand(engine, id, command, signal);
};

/**
 * Runs a command in a container and waits for its end. At the timeout or at an abort everything that it started is killed, and that
 * is confirmed, before this returns or throws.
 */
export const runCommand = async (
	engine: Engine,
	containerId: string,
	command: ExecCommand,
	signal: AbortSignal,
): Promise<ExecResult> => {
	const mark = randomUUID();
	const exec = await openExec(engine, containerId, command, {[markName]: mark}, signal);
	const over = new AbortController();
	const end = () => over.abort();
	const timer = setTimeout(end, command.timeoutSeconds * 1000);
	signal.addEventListener('abort', end, {once: true});
	if (signal.aborted) end();
	try {
		return await result(engine, exec, command, over.signal);
	} catch (error) {
		if (!over.signal.aborted) throw error;
		await killCommand(engine, containerId, exec.id, mark);
		signal.throwIfAborted();
		return {...(await lastOutput(exec)), exitCode: null, timedOut: true};
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', end);
		exec.close();
	}
};

const result = async (engine: Engine, exec: OpenExec, command: ExecCommand, over: AbortSignal): Promise<ExecResult> => {
	await unlessOver(exec.outputEnded, over);
	const {exitCode, neverRan} = await waitForExit(engine, exec.id, over);
	const output = exec.output();
	// Then the output is the engine's own explanation; a program that itself ends with 126 or 127 did run.
	if (neverRan) throw toCommandError(output.stdout + output.stderr, command);
	return {...output, exitCode, timedOut: false};
};

const unlessOver = async (ended: Promise<void>, over: AbortSignal): Promise<void> => {
	over.throwIfAborted();
	const stopped = Promise.withResolvers<never>();
	const stop = () => stopped.reject(over.reason);
	over.addEventListener('abort', stop, {once: true});
	try {
		await Promise.race([ended, stopped.promise]);
	} finally {
		over.removeEventListener('abort', stop);
	}
};

/** What was killed says nothing more, but what it said may still be on its way. */
const lastOutput = async (exec: OpenExec) => {
	await unlessOver(exec.outputEnded, AbortSignal.timeout(500)).catch(() => {});
	return exec.output();
};
