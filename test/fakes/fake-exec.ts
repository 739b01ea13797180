import {AppError} from '../../src/errors.ts';
import type {ExecCommand, ExecResult, Program} from '../../src/containers/container-runtime.ts';
import type {FakeContainer, FakeEngine} from './fake-engine.ts';
import {runProgram} from './fake-programs.ts';

/** Runs a command in a container of the fake and collects what it says. */
export const fakeExec = async (
	engine: FakeEngine,
	container: FakeContainer,
	command: ExecCommand,
	signal: AbortSignal,
): Promise<ExecResult> => {
	const over = new AbortController();
	const killed = () => over.abort('killed');
	const timer = setTimeout(() => over.abort('timeout'), command.timeoutSeconds * 1000);
	container.changes.once('end', killed);
	const said = {stdout: [] as Buffer[], stderr: [] as Buffer[]};
	try {
		const running = runProgram(engine, container, command, AbortSignal.any([signal, over.signal]));
		let step = await running.next();
		for (; !step.done; step = await running.next()) said[step.value.stream].push(step.value.bytes);
		const [stdout, stderr] = [Buffer.concat(said.stdout), Buffer.concat(said.stderr)];
		const truncated = Math.max(stdout.length, stderr.length) > command.maxOutputBytes;
		return {
			exitCode: step.value,
			stdout: cap(stdout, command),
			stderr: cap(stderr, command),
			truncated,
			timedOut: false,
		};
	} catch (error) {
		if (signal.aborted || !over.signal.aborted) throw error;
		const timedOut = over.signal.reason === 'timeout';
		return {exitCode: timedOut ? null : 137, stdout: '', stderr: '', truncated: false, timedOut};
	} finally {
		clearTimeout(timer);
		container.changes.off('end', killed);
	}
};

/** Runs a command in a container of the fake and passes on what it says, until `cut` is emitted at the container. */
export async function* fakeExecStream(
	engine: FakeEngine,
	container: FakeContainer,
	program: Program,
	signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
	const over = new AbortController();
	const killed = () => over.abort(new AppError('CONTAINER_NOT_FOUND'));
	const cut = () => over.abort(new AppError('ENGINE_UNREACHABLE', {reason: 'outputCut'}));
	container.changes.once('end', killed);
	container.changes.once('cut', cut);
	const ended = AbortSignal.any([signal, over.signal]);
	let output = '';
	try {
		ended.throwIfAborted();
		const running = runProgram(engine, container, program, ended);
		let step = await running.next();
		for (; !step.done; step = await running.next()) {
			const {stream, bytes} = step.value;
			if (stream === 'stdout') yield bytes;
			else output += bytes.toString();
			ended.throwIfAborted();
		}
		if (step.value !== 0) throw new AppError('COMMAND_FAILED', {exitCode: step.value, output: output.trim()});
	} finally {
		container.changes.off('end', killed);
		container.changes.off('cut', cut);
	}
}

const cap = (bytes: Buffer, {maxOutputBytes}: ExecCommand): string =>
	new TextDecoder().decode(bytes.subarray(0, maxOutputBytes), {stream: true});
