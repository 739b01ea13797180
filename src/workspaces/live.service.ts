import type {Actor} from '../access/actor.ts';
import type {ContainerRuntime, ExecResult, LogLine, LogOptions, Stats} from '../containers/container-runtime.ts';
import {AppError} from '../errors.ts';
import type {Exec} from './live.schema.ts';
import type {LeaseService} from './lease.service.ts';
import type {WorkspaceService} from './workspace.service.ts';

/** Of each output stream of a command. */
const MAX_OUTPUT_BYTES = 1_048_576;

export interface LiveServiceDependencies {
	workspaces: WorkspaceService;
	leases: LeaseService;
	runtime: ContainerRuntime;
}

export type LiveService = ReturnType<typeof createLiveService>;

/** What people look at, or do, inside a workspace that runs. Asks the engine; changes nothing of the workspace itself. */
export const createLiveService = ({workspaces, leases, runtime}: LiveServiceDependencies) => {
	return {
		/**
		 * The workspace is kept up meanwhile. Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_NOT_RUNNING, COMMAND_NOT_FOUND, WORKDIR_NOT_FOUND,
		 * ENGINE_UNREACHABLE.
		 */
		exec(actor: Actor, id: string, command: Exec, signal: AbortSignal): Promise<ExecResult> {
			const env = Object.fromEntries(command.env.map(({key, value}) => [key, value]));
			return leases.during(actor, id, 'exec', () =>
				runtime.exec(id, {...command, env, maxOutputBytes: MAX_OUTPUT_BYTES}, signal),
			);
		},

		/** The container's output, oldest first; a workspace without a container has none. Rejects with WORKSPACE_NOT_FOUND, ENGINE_UNREACHABLE. */
		async logs(id: string, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<LogLine>> {
			await workspaces.get(id);
			const lines = ofContainer(runtime.logs(id, options, signal));
			// Once a line is on its way it is too late to say that the engine is away. Who follows may wait for the first one for ever.
			return options.follow ? lines : begun(lines);
		},

		/** Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_NOT_RUNNING, ENGINE_UNREACHABLE. */
		async stats(id: string, signal: AbortSignal): Promise<Stats> {
			const {observed, name} = await workspaces.get(id);
			if (observed !== 'running') throw new AppError('WORKSPACE_NOT_RUNNING', {name});
			return runtime.stats(id, signal);
		},
	};
};

async function* ofContainer(lines: AsyncIterable<LogLine>): AsyncGenerator<LogLine> {
	try {
		yield* lines;
	} catch (error) {
		if (!(error instanceof AppError && error.code === 'CONTAINER_NOT_FOUND')) throw error;
	}
}

/** Rejects when the first one cannot be had. */
const begun = async (lines: AsyncGenerator<LogLine>): Promise<AsyncIterable<LogLine>> => {
	const first = await lines.next();
	return (async function* () {
		if (first.done) return;
		yield first.value;
		yield* lines;
	})();
};
