import {randomBytes} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import type {
	ExecCommand,
	ExecResult,
	Program,
	StepContext,
	WorkspaceSpec,
} from '../../../src/containers/container-runtime.ts';
import type {RuntimeWorld} from '../container-runtime.contract.ts';

/** One workspace on a runtime, with the steps as verbs. It is removed when its test ends, however that ends. */
export const buildWorkspace = (
	t: ExecutionContext,
	{runtime, image}: RuntimeWorld,
	overrides: Partial<WorkspaceSpec> = {},
) => {
	const signal = new AbortController().signal;
	const context: StepContext = {signal, progress() {}};
	const spec: WorkspaceSpec = {
		workspaceId: `t${randomBytes(6).toString('hex')}`,
		name: 'payments-api',
		generation: 1,
		image,
		env: {},
		cpus: 0.5,
		memoryMiB: 64,
		pids: 64,
		healthCommand: null,
		readyTimeoutSeconds: 30,
		...overrides,
	};
	const {workspaceId} = spec;
	const step = (name: string) => {
		const found = runtime.steps.find(candidate => candidate.name === name);
		if (!found) throw new Error(`${runtime.kind} has no step ${name}`);
		return found;
	};
	/** The step that makes the container or the pod. */
	const maker = runtime.steps.find(candidate => candidate.makesGeneration)?.name ?? 'container';

	const up = async (changes: Partial<WorkspaceSpec> = {}) => {
		for (const each of runtime.steps) await each.apply({...spec, ...changes}, context);
	};
	const down = async () => {
		await runtime.discardOlder({workspaceId, generation: Number.MAX_SAFE_INTEGER}, context);
		for (const each of runtime.steps.toReversed()) await each.revert(spec, context);
	};
	t.teardown(down);

	return {
		spec,
		context,
		maker,
		up,
		down,
		apply: (name: string, changes: Partial<WorkspaceSpec> = {}) => step(name).apply({...spec, ...changes}, context),
		revert: (name: string, generation = spec.generation) => step(name).revert({workspaceId, generation}, context),
		start: (generation = spec.generation) => runtime.start({workspaceId, generation}, context),
		stop: (graceSeconds = 5) => runtime.stop(workspaceId, {graceSeconds}, context),
		discardOlder: (generation: number) => runtime.discardOlder({workspaceId, generation}, context),
		inspect: () => runtime.inspect(workspaceId, signal),
		list: () => runtime.list({workspaceId}, signal),
		exec: (command: string[], options: Partial<ExecCommand> = {}, aborted = signal): Promise<ExecResult> =>
			runtime.exec(workspaceId, {command, timeoutSeconds: 30, maxOutputBytes: 100_000, ...options}, aborted),
		stream: (command: string[], options: Partial<Program> = {}, aborted = signal): AsyncIterable<Uint8Array> =>
			runtime.execStream(workspaceId, {command, ...options}, aborted),
	};
};

/** Waits until something is so; throws when it is not in time. */
export const eventually = async (isSo: () => Promise<boolean> | boolean, seconds = 15): Promise<void> => {
	const deadline = Date.now() + seconds * 1000;
	while (!(await isSo())) {
		if (Date.now() > deadline) throw new Error(`not so after ${seconds} s: ${isSo.toString()}`);
		await new Promise(resolve => setTimeout(resolve, 50));
	}
};
