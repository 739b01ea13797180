import {randomUUID} from 'node:crypto';
import type {Readable} from 'node:stream';
import {AppError} from '../../../errors.ts';
import type {Program} from '../../container-runtime.ts';
import type {Engine} from '../engine.ts';
import {toAppError, toCommandError} from '../failures.ts';
import {pause} from '../pause.ts';
import {findRunning, inspectContainer} from '../reading/find-containers.ts';
import {isLive} from '../reading/read-container.ts';
import {createCappedText} from './capped-text.ts';
import {createFrameDecoder} from './frames.ts';
import {holdOutput} from './held-output.ts';
import {killCommand, markName} from './kill-command.ts';
import {hasEnded, startExec, waitForExit, waitForStart} from './open-exec.ts';

/** How much of its standard error is kept for whoever asks why a command failed. */
const keptBytes = 1000;
/** A command whose output has ended and that still runs: either it closed its output early, or the connection was cut without a word. */
const graceSeconds = 3;
const killed = 137;

/** Runs a command in the workspace's running container and passes its standard output on: see `execStream` of the port. */
export async function* streamExec(
	engine: Engine,
	workspaceId: string,
	program: Program,
	signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
	const container = await findRunning(engine, workspaceId, signal);
	const mark = randomUUID();
	const {id, connection} = await startExec(engine, container.id, program, {[markName]: mark}, signal);
	const held = holdOutput(connection, () => hasEnded(engine, id, signal));
	let killing: Promise<void> | null = null;
	const kill = () => {
		// First, because the engine would wait for a reader of what the command has said.
		connection.destroy();
		return (killing ??= killCommand(engine, container.id, id, mark));
	};
	// At once, and not at the next reading, which may never come.
	const abort = () => void kill().catch(() => {});
	signal.addEventListener('abort', abort, {once: true});
	if (signal.aborted) abort();

	const complaint = createCappedText(keptBytes);
	let isOver = false;
	try {
		const hasStarted = () => waitForStart(engine, id, signal);
		yield* readOutput(held.output, hasStarted, complaint.push, signal);
		const {exitCode, neverRan} = await waitForEnd(engine, id, signal);
		isOver = true;
		if (held.isIncomplete()) throw new AppError('ENGINE_UNREACHABLE', {reason: 'outputCut'});
		if (neverRan) throw toCommandError(complaint.text(), program);
		if (exitCode === 0) return;
		if (exitCode === killed && (await isGone(engine, container.id, signal))) {
			throw new AppError('CONTAINER_NOT_FOUND', {workspaceId});
		}
		throw new AppError('COMMAND_FAILED', {exitCode, output: complaint.text().trim()});
	} catch (error) {
		signal.throwIfAborted();
		// What went wrong is the news, and not that an engine which is away cannot be told to kill.
		if (!isOver) await kill().catch(() => {});
		isOver = true;
		throw toAppError(error);
	} finally {
		signal.removeEventListener('abort', abort);
		connection.destroy();
		if (!isOver) await kill();
	}
}

/** The standard output alone. Everything else is told aside, also what the engine says in the place of a command that it could not run. */
async function* readOutput(
	output: Readable,
	hasStarted: () => Promise<boolean>,
	aside: (words: Buffer) => void,
	signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
	const decode = createFrameDecoder();
	let started = false;
	for await (const chunk of output) {
		for (const {stream, payload} of decode(chunk)) {
			signal.throwIfAborted();
			if (stream === 'stdout') started ||= await hasStarted();
			if (stream === 'stdout' && started) yield payload;
			else aside(payload);
		}
	}
}

const waitForEnd = async (engine: Engine, id: string, signal: AbortSignal): ReturnType<typeof waitForExit> => {
	const grace = AbortSignal.timeout(graceSeconds * 1000);
	try {
		return await waitForExit(engine, id, AbortSignal.any([signal, grace]));
	} catch (error) {
		if (!grace.aborted) throw error;
		throw new AppError('ENGINE_UNREACHABLE', {reason: 'outputCut'}, {cause: error});
	}
};

/** Was a command that was killed killed with its container? The engine learns of the container's end a moment later. */
const isGone = async (engine: Engine, containerId: string, signal: AbortSignal): Promise<boolean> => {
	for (const deadline = Date.now() + 2000; Date.now() < deadline; await pause(50, signal)) {
		const detail = await inspectContainer(engine, containerId, signal);
		if (!detail || !isLive(detail.State.Status)) return true;
	}
	return false;
};
