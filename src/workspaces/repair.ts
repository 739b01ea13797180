import type {Workspace} from './workspace.entity.ts';
import type {WorkspaceStatus} from './workspace-lifecycle.ts';

export type RepairDecision =
	| {kind: 'fine'}
	| {kind: 'wait'; until: Date}
	| {kind: 'repair'; by: 'start' | 'stop'}
	| {kind: 'giveUp'; status: WorkspaceStatus; code: 'exited' | 'crashLoop'};

type Facts = Pick<
	Workspace,
	'status' | 'desired' | 'observed' | 'exitCode' | 'restartPolicy' | 'repairs' | 'repairAfter'
>;

/** 1 s, 2 s, 4 s, … at most a minute between repairs of the same workspace. */
export const repairDelayMs = (repairs: number): number => Math.min(1000 * 2 ** repairs, 60_000);

/** What to do about a workspace at rest that is not what people want. Pure. */
export const repairDecision = (workspace: Facts, now: number): RepairDecision => {
	const {status, desired, observed} = workspace;
	if (status === 'running' && desired === 'running') return afterAnEnd(workspace, now);
	// Somebody else started it.
	if (status === 'stopped' && desired === 'stopped' && observed === 'running') return {kind: 'repair', by: 'stop'};
	if (status === 'error' && desired === 'running' && observed === 'running') return {kind: 'repair', by: 'start'};
	return {kind: 'fine'};
};

/** A container that is not running although it should: by the workspace's restart policy. */
const afterAnEnd = (workspace: Facts, now: number): RepairDecision => {
	const {observed, restartPolicy, repairs, repairAfter} = workspace;
	if (observed === 'running' || observed === 'starting') return {kind: 'fine'};
	const {mode, maxRetries} = restartPolicy;
	const failed = observed !== 'stopped';
	if (mode === 'never' || (mode === 'onFailure' && !failed)) {
		return {kind: 'giveUp', status: failed ? 'error' : 'stopped', code: 'exited'};
	}
	if (repairs >= maxRetries) return {kind: 'giveUp', status: 'error', code: 'crashLoop'};
	if (repairAfter !== null && repairAfter.getTime() > now) return {kind: 'wait', until: repairAfter};
	return {kind: 'repair', by: 'start'};
};
