import {AppError} from '../../../errors.ts';
import type {GenerationRef, RuntimeStep, WorkspaceSpec} from '../../container-runtime.ts';
import type {Engine} from '../engine.ts';
import {runCommand} from '../exec/exec.ts';
import {hasCode} from '../failures.ts';
import {createBackoff} from '../pause.ts';
import {inspectGeneration} from '../reading/find-containers.ts';

/** Waits until the container runs and its health command exits with 0. */
export const readyStep = (engine: Engine): RuntimeStep => ({
	name: 'ready',
	keepsFiles: false,
	makesGeneration: false,
	async apply(spec, context) {
		const deadline = Date.now() + spec.readyTimeoutSeconds * 1000;
		const backoff = createBackoff(50, 1000);
		for (;;) {
			const id = await findRunning(engine, spec, context.signal);
			const left = (deadline - Date.now()) / 1000;
			const complaint = await complaintOf(engine, id, spec, Math.max(left, 1), context.signal);
			if (complaint === null) return;
			if (Date.now() >= deadline) {
				throw new AppError('NOT_READY_IN_TIME', {seconds: spec.readyTimeoutSeconds, output: complaint});
			}
			context.progress();
			await backoff.pause(context.signal);
		}
	},
	async revert() {},
});

const findRunning = async (engine: Engine, object: GenerationRef, signal: AbortSignal): Promise<string | null> => {
	const container = await inspectGeneration(engine, object, signal);
	if (!container) throw new AppError('CONTAINER_NOT_FOUND', {generation: object.generation});
	const {state, exitCode, reason} = container.observation;
	if (reason === 'outOfMemory') throw new AppError('OUT_OF_MEMORY');
	if (state === 'stopped' || state === 'dead') throw new AppError('EXITED', {exitCode});
	return state === 'running' ? container.id : null;
};

/** Null when the workspace can be used; otherwise the end of what the health command said. */
const complaintOf = async (
	engine: Engine,
	id: string | null,
	{healthCommand}: WorkspaceSpec,
	secondsLeft: number,
	signal: AbortSignal,
): Promise<string | null> => {
	if (id === null) return '';
	if (healthCommand === null) return null;
	const command = {command: healthCommand, timeoutSeconds: Math.min(secondsLeft, 30), maxOutputBytes: 16_384};
	try {
		const {exitCode, stdout, stderr} = await runCommand(engine, id, command, signal);
		return exitCode === 0 ? null : `${stdout}${stderr}`.trim().slice(-500);
	} catch (error) {
		// It ended under the command: the next look says how. A missing command may yet be put there by the image's own start.
		if (hasCode(error, 'CONTAINER_NOT_FOUND', 'COMMAND_NOT_FOUND', 'ENGINE_ERROR')) return error.code;
		throw error;
	}
};
