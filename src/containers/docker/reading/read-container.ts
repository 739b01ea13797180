import type {Observation, ObservedState} from '../../container-runtime.ts';
import type {ContainerDetail, ContainerRow} from '../answers.ts';

/** The engine's words for a container, read back into ours. Pure. */

export const isLive = (engineState: string): boolean => ['running', 'paused', 'restarting'].includes(engineState);

/**
 * Reads an inspection: everything is known. (Except that an engine on cgroup v1 misses about one out of memory in twelve, when the
 * killed process was the container's only one and the machine is busy: then the reason is `exited`, with 137.)
 */
export const observeDetail = ({State, NetworkSettings}: ContainerDetail, generation: number): Observation => {
	const state = stateOf(State.Status, State.ExitCode, NetworkSettings);
	const outOfMemory = State.OOMKilled && State.ExitCode === killed;
	return {
		state,
		generation,
		exitCode: hasEnded(state) ? State.ExitCode : null,
		reason: state === 'dead' ? (outOfMemory ? 'outOfMemory' : 'exited') : null,
		startedAt: readTime(State.StartedAt),
	};
};

/**
 * Reads a row of the list, which is cheap and says less: never when a container was started, and not why one was killed (137 is the
 * exit code of any kill, so the reason stays null).
 */
export const observeRow = (row: ContainerRow, generation: number | null): Observation => {
	const match = /^Exited \((\d+)\)/.exec(row.Status);
	const exitCode = match ? Number(match[1]) : null;
	const state = stateOf(row.State, exitCode, row.NetworkSettings);
	const known = state === 'dead' && exitCode !== killed;
	return {
		state,
		generation,
		exitCode: hasEnded(state) ? exitCode : null,
		reason: known ? 'exited' : null,
		startedAt: null,
	};
};

const killed = 137;

/** Off its network means that we stopped it: see `attachment.ts`. */
const stateOf = (status: string, exitCode: number | null, networks: ContainerRow['NetworkSettings']): ObservedState => {
	const detached = Object.keys(networks?.Networks ?? {}).length === 0;
	if (status === 'running' || status === 'paused') return 'running';
	if (status === 'restarting') return 'starting';
	if (status === 'created' && !exitCode && !detached) return 'starting';
	return (status === 'exited' && exitCode === 0) || detached ? 'stopped' : 'dead';
};

const hasEnded = (state: ObservedState): boolean => state === 'stopped' || state === 'dead';

/** The engine writes the year 1 for "never". */
const readTime = (text: string): Date | null => {
	const time = new Date(text);
	return time.getUTCFullYear() > 1 ? time : null;
};
