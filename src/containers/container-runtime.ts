/**
 * The container port: what the product needs from an engine (Docker) or a cluster (Kubernetes), and no more.
 *
 * Rules for every implementation:
 * - Everything may be called twice; the second call finds the work done.
 * - Objects are found by label (installation, workspace, generation), never by name alone. An object of another
 *   installation is never touched; one of an older generation is removed, never adopted.
 * - Failures are `AppError`s with a code of `errors.ts`: ENGINE_UNREACHABLE when nobody answers (retryable), IMAGE_NOT_FOUND,
 *   EXITED{exitCode}, OUT_OF_MEMORY, NOT_READY_IN_TIME{seconds}, …; anything the engine says that has no code is ENGINE_ERROR{message}.
 * - `signal` ends every wait at once; after an abort nothing goes on in the background. Only a change that the engine was already
 *   sent is waited for, a few seconds at most: it happens anyway, and must be over before it is undone.
 */
export interface ContainerRuntime {
	readonly kind: RuntimeKind;
	/** The ordered steps that make a workspace run. Reverting goes backwards. The workflows know only their names. */
	readonly steps: readonly RuntimeStep[];

	/** Asks the engine whether it is there. Rejects with ENGINE_UNREACHABLE. */
	ping(signal: AbortSignal): Promise<void>;
	/** What the machine has in all: the limit of what one workspace may ask for. */
	capacity(signal: AbortSignal): Promise<Capacity>;
	/**
	 * Turns a catalogue reference into one that can never change (an image id or a repository digest), pulling the image if it is
	 * not here. Rejects with IMAGE_NOT_FOUND.
	 */
	pinImage(reference: string, context: StepContext): Promise<string>;

	/** Starts the workspace's existing container of that generation, as it is. Rejects with CONTAINER_NOT_FOUND. */
	start(object: GenerationRef, context: StepContext): Promise<void>;
	/** Stops every container of the workspace: TERM, `graceSeconds`, KILL. Absent or stopped is success. */
	stop(workspaceId: string, options: {graceSeconds: number}, context: StepContext): Promise<void>;
	/** Removes the workspace's containers that are older than the generation. */
	discardOlder(object: GenerationRef, context: StepContext): Promise<void>;
	/** What the engine says of the workspace's newest container now. Never guessed. */
	inspect(workspaceId: string, signal: AbortSignal): Promise<Observation>;

	/**
	 * Runs argv (never a shell string) in the workspace's running container and waits for its end. At the timeout or an abort the whole
	 * process group inside is killed. Output is cut at `maxOutputBytes` for each stream. Rejects with CONTAINER_NOT_FOUND when nothing
	 * runs, COMMAND_NOT_FOUND, WORKDIR_NOT_FOUND.
	 */
	exec(workspaceId: string, command: ExecCommand, signal: AbortSignal): Promise<ExecResult>;
	/**
	 * Runs argv in the workspace's running container, from the first reading on, and passes on what it writes to its standard output: bytes, as
	 * they come, and no faster than they are taken. Ends when the command ends with 0. At an abort, or when the reader leaves, the whole process
	 * group inside is killed, and that is waited for. Rejects with CONTAINER_NOT_FOUND, also when the container ends meanwhile, COMMAND_NOT_FOUND,
	 * WORKDIR_NOT_FOUND, COMMAND_FAILED{exitCode, output} with the beginning of its standard error, and ENGINE_UNREACHABLE, also when the
	 * output is cut: what came until then is whole, and the command is killed unless the engine is away.
	 */
	execStream(workspaceId: string, program: Program, signal: AbortSignal): AsyncIterable<Uint8Array>;
	/** The container's output, oldest first. With `follow` it goes on, over restarts of the engine, until the container ends or the signal. */
	logs(workspaceId: string, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>;
	/** Use of resources now. Rejects with CONTAINER_NOT_FOUND when nothing runs. */
	stats(workspaceId: string, signal: AbortSignal): Promise<Stats>;
	/**
	 * What volumes and writable layers of each workspace of this installation hold, in whole MiB. It may take a minute and cost the machine
	 * something. Rejects with ENGINE_UNREACHABLE.
	 */
	diskUsage(context: StepContext): Promise<Map<string, number>>;

	/** Every object of this installation, or of one workspace of it: one call for each type of object. */
	list(filter: {workspaceId?: string}, signal: AbortSignal): Promise<EngineObject[]>;
	/**
	 * Removes one object that `list` named; absent is success. For what belongs to no workspace: everything else is removed by its step. Rejects
	 * with OBJECT_IN_USE.
	 */
	removeObject(object: Pick<EngineObject, 'type' | 'id'>, context: StepContext): Promise<void>;
	/** Hints that something of a workspace changed. Never a truth: hints may be lost or doubled. Reconnects by itself until the signal. */
	watch(signal: AbortSignal): AsyncIterable<{workspaceId: string}>;
}

/** Where people's files are, in every workspace. */
export const folders = {workspace: '/workspace', home: '/home/developer'} as const;

export const runtimeKinds = ['docker', 'kubernetes'] as const;
export type RuntimeKind = (typeof runtimeKinds)[number];

/** Everything a runtime must know to make one generation of a workspace. Pure data. */
export interface WorkspaceSpec {
	workspaceId: string;
	/** Name of the workspace, used as the host name inside. */
	name: string;
	generation: number;
	/** Pinned reference, as `pinImage` answered. */
	image: string;
	env: Record<string, string>;
	cpus: number;
	memoryMiB: number;
	pids: number;
	/** argv that exits with 0 once the workspace can be used; null: running is enough. */
	healthCommand: string[] | null;
	/** How long `ready` may wait. */
	readyTimeoutSeconds: number;
}

export interface StepContext {
	signal: AbortSignal;
	/** Says that work goes on (becomes a Temporal heartbeat). Cheap; call it freely. */
	progress(detail?: unknown): void;
}

export interface RuntimeStep {
	readonly name: string;
	/** True for what holds people's files: made by create, removed by nothing but delete (and a create that failed). */
	readonly keepsFiles: boolean;
	/** True for the step that makes the container or pod: `spec.image` must be pinned by then, a new generation is made here. */
	readonly makesGeneration: boolean;
	apply(spec: WorkspaceSpec, context: StepContext): Promise<void>;
	/** Undoes `apply`, also when it never happened or happened by half. */
	revert(object: GenerationRef, context: StepContext): Promise<void>;
}

export interface GenerationRef {
	workspaceId: string;
	generation: number;
}

export const observedStates = ['absent', 'starting', 'running', 'stopped', 'dead'] as const;
export type ObservedState = (typeof observedStates)[number];

export const endReasons = ['outOfMemory', 'exited'] as const;
export type EndReason = (typeof endReasons)[number];

/** `stopped`: ended with exit code 0 or by a stop. `dead`: ended by itself with another code, or by the kernel. */
export interface Observation {
	state: ObservedState;
	generation: number | null;
	exitCode: number | null;
	reason: EndReason | null;
	startedAt: Date | null;
}

export interface Capacity {
	cpus: number;
	memoryMiB: number;
}

/** What is run inside. */
export interface Program {
	/** argv, never a shell string. */
	command: string[];
	workdir?: string | undefined;
	env?: Record<string, string> | undefined;
}

export interface ExecCommand extends Program {
	stdin?: string | undefined;
	timeoutSeconds: number;
	maxOutputBytes: number;
}

export interface ExecResult {
	/** null when it was killed at the timeout. */
	exitCode: number | null;
	stdout: string;
	stderr: string;
	truncated: boolean;
	timedOut: boolean;
}

export interface LogOptions {
	/** Only the last lines; absent: everything the engine kept. */
	tail?: number | undefined;
	since?: Date | undefined;
	follow?: boolean | undefined;
}

export interface LogLine {
	at: Date;
	stream: 'stdout' | 'stderr';
	text: string;
}

export interface Stats {
	/** 100 is one whole core. */
	cpuPercent: number;
	memoryMiB: number;
	memoryLimitMiB: number;
	processes: number;
	processesLimit: number | null;
	networkReceivedBytes: number;
	networkSentBytes: number;
}

export const engineObjectTypes = ['container', 'network', 'volume'] as const;

export interface EngineObject {
	type: (typeof engineObjectTypes)[number];
	id: string;
	name: string;
	workspaceId: string;
	/** Only containers have one. */
	generation: number | null;
	/** Only containers have one. */
	observation: Observation | null;
	createdAt: Date;
}
