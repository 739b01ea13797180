import type {Duplex} from 'node:stream';
import type {ExecCommand, Program} from '../../container-runtime.ts';
import {Created, ExecDetail} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {createBackoff} from '../pause.ts';
import {createCappedText} from './capped-text.ts';
import {createFrameDecoder} from './frames.ts';

/** A command that was started in a container. */
export interface OpenExec {
	id: string;
	/** Resolves when its output has ended, however that came about. */
	outputEnded: Promise<void>;
	output(): {stdout: string; stderr: string; truncated: boolean};
	close(): void;
}

/** Starts a command and collects its output. `extraEnv` comes on top of the command's. */
export const openExec = async (
	engine: Engine,
	containerId: string,
	command: ExecCommand,
	extraEnv: Record<string, string>,
	signal: AbortSignal,
): Promise<OpenExec> => {
	const {id, connection} = await startExec(engine, containerId, command, extraEnv, signal);
	return {id, ...collect(connection, command.maxOutputBytes, command.stdin)};
};

/** Starts a command. Its output waits to be read, in frames, and its input to be written. */
export const startExec = async (
	engine: Engine,
	containerId: string,
	command: Program & Pick<ExecCommand, 'stdin'>,
	extraEnv: Record<string, string>,
	signal: AbortSignal,
): Promise<{id: string; connection: Duplex}> => {
	const body = {
		Cmd: command.command,
		Env: Object.entries({...command.env, ...extraEnv}).map(([name, value]) => `${name}=${value}`),
		...(command.workdir !== undefined && {WorkingDir: command.workdir}),
		AttachStdin: command.stdin !== undefined,
		AttachStdout: true,
		AttachStderr: true,
	};
	const {Id} = await engine.ask({method: 'POST', path: `/containers/${containerId}/exec`, body}, Created, signal);
	// Not under the caller's signal: the command may start although nobody waits for the answer, and could then not be stopped.
	const connection = await engine.hijack(
		`/exec/${Id}/start`,
		{Detach: false, Tty: false},
		new AbortController().signal,
	);
	return {id: Id, connection};
};

const collect = (connection: Duplex, maxBytes: number, stdin: string | undefined): Omit<OpenExec, 'id'> => {
	const ended = Promise.withResolvers<void>();
	const texts = {stdout: createCappedText(maxBytes), stderr: createCappedText(maxBytes)};
	const decode = createFrameDecoder();
	let cut = false;
	connection.on('data', (chunk: Buffer) => {
		try {
			for (const {stream, payload} of decode(chunk)) texts[stream].push(payload);
		} catch (error) {
			connection.destroy(error as Error);
		}
	});
	connection.on('error', () => {
		cut = true;
		ended.resolve();
	});
	connection.on('end', ended.resolve);
	connection.on('close', ended.resolve);
	// Closes our half only: the output still comes.
	if (stdin !== undefined) connection.end(stdin);
	return {
		outputEnded: ended.promise,
		output: () => ({
			stdout: texts.stdout.text(),
			stderr: texts.stderr.text(),
			truncated: cut || texts.stdout.truncated || texts.stderr.truncated,
		}),
		close: () => connection.destroy(),
	};
};

/** Waits until the command itself has ended: its output may end before. `neverRan`: the engine could not run it. */
export const waitForExit = async (
	engine: Engine,
	id: string,
	signal: AbortSignal,
): Promise<{exitCode: number; neverRan: boolean}> => {
	const backoff = createBackoff(5, 500);
	for (;;) {
		const {Running, ExitCode, Pid} = await inspectExec(engine, id, signal);
		if (!Running && typeof ExitCode === 'number') return {exitCode: ExitCode, neverRan: !Pid && ExitCode !== 0};
		await backoff.pause(signal);
	}
};

/** Waits until it is known whether the engine could run the command: what is said before may be the engine's own words. */
export const waitForStart = async (engine: Engine, id: string, signal: AbortSignal): Promise<boolean> => {
	const backoff = createBackoff(5, 500);
	for (;;) {
		const {Running, ExitCode, Pid} = await inspectExec(engine, id, signal);
		if (Pid) return true;
		if (!Running && typeof ExitCode === 'number') return ExitCode === 0;
		await backoff.pause(signal);
	}
};

/** True when the command runs no more; false also for one that is only just being started. */
export const hasEnded = async (engine: Engine, id: string, signal: AbortSignal): Promise<boolean> => {
	const {Running, ExitCode} = await inspectExec(engine, id, signal);
	return !Running && typeof ExitCode === 'number';
};

const inspectExec = (engine: Engine, id: string, signal: AbortSignal) =>
	engine.ask({method: 'GET', path: `/exec/${id}/json`}, ExecDetail, signal);
