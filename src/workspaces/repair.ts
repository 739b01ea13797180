import type {Workspace} from './workspace.entity.ts';
import type {WorkspaceStatus} from './workspace-lifecycle.ts';

export type RepairDecision =
	| {kind: 'fine'}
	| {kind: 'wait'}
	| {kind: 'repair'}
	| {kind: 'giveUp'; status: WorkspaceStatus; code: 'exited' | 'crashLoop'};

type Facts = Pick<
	Workspace,
	'status' | 'desired' | 'observed' | 'exitCode' | 'restartPolicy' | 'repairs' | 'repairAfter'
>;

/** 1 s, 2 s, 4 s, … at most a minute between repairs of the same workspace. */
export const repairDelayMs = (repairs: number): number => Math.min(1000 * 2 ** repairs, 60_000);

/** What to do about a container that is not running although it should, by the workspace's restart policy. Pure. */
export const repairDecision = (workspace: Facts, now: number): RepairDecision => {
	const ended = workspace.observed === 'stopped' || workspace.observed === 'dead' || workspace.observed === 'absent';
	if (workspace.status !== 'running' || workspace.desired !== 'running' || !ended) return {kind: 'fine'};
	const {mode, maxRetries} = workspace.restartPolicy;
	const failed = workspace.observed !== 'stopped';
	if (mode === 'never' || (mode === 'onFailure' && !failed)) {
		return {kind: 'giveUp', status: failed ? 'error' : 'stopped', code: 'exited'};
	}
	if (workspace.repairs >= maxRetries) return {kind: 'giveUp', status: 'error', code: 'crashLoop'};
	if (workspace.repairAfter !== null && workspace.repairAfter.getTime() > now) return {kind: 'wait'};
	return {kind: 'repair'};
};
