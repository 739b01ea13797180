import type {EntityManager} from '@mikro-orm/postgresql';
import type {RuntimeStep} from '../containers/container-runtime.ts';
import {AppError} from '../errors.ts';
import {acceptOperation, pendingSteps} from './accept-operation.ts';
import type {Lease} from './lease.entity.ts';
import {Operation} from './operation.entity.ts';
import {planSteps} from './operation-plan.ts';
import {type RepairDecision, repairDecision} from './repair.ts';
import type {NextStep} from './workspace.contract.ts';
import {Workspace} from './workspace.entity.ts';
import {isUp, statusWhileRunning} from './workspace-lifecycle.ts';
import {
	activeLeases,
	activeOperations,
	type LockedWorkspace,
	type WorkspaceTransactions,
} from './workspace-transaction.ts';

export interface MailboxDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	runtimeSteps: readonly Pick<RuntimeStep, 'name' | 'keepsFiles'>[];
}

export type MailboxService = ReturnType<typeof createMailboxService>;

/** What a workspace's workflow asks the database. Every answer is a decision already written down: asking twice is safe. */
export const createMailboxService = ({em, transactions, runtimeSteps}: MailboxDependencies) => {
	/** From here on the operation is running, with its steps and its generation fixed. */
	const claim = ({workspace, record}: LockedWorkspace, operation: Operation): void => {
		const up = isUp(operation.kind);
		const isFresh = workspace.provisionedAt === null;
		const makesNewGeneration =
			up && operation.kind !== 'create' && (operation.kind === 'rebuild' || workspace.settingsPending || isFresh);
		operation.status = 'running';
		operation.startedAt = new Date();
		operation.previousStatus = workspace.status;
		operation.previousGeneration = operation.kind === 'create' ? null : workspace.generation;
		if (makesNewGeneration) {
			workspace.lastGeneration += 1;
			workspace.generation = workspace.lastGeneration;
		}
		if (up) workspace.settingsPending = false;
		operation.generation = workspace.generation;
		const plan = planSteps(operation.kind, {
			runtimeSteps,
			isFresh,
			makesNewGeneration,
			hasGitUrl: workspace.gitUrl !== null,
			hasSetupScript: workspace.setupScript !== null,
		});
		operation.steps = pendingSteps(plan);
		record(workspace.id, 'operation', 'operationRunning', {operationId: operation.id, kind: operation.kind});
		const status = statusWhileRunning[operation.kind];
		if (!status || status === workspace.status) return;
		workspace.status = status;
		record(workspace.id, 'status', 'workspaceStatus', {status});
	};

	const nextOf = async (locked: LockedWorkspace, engineChanged: boolean): Promise<NextStep> => {
		const {tx, workspace} = locked;
		if (workspace.deletedAt) return {kind: 'rest'};
		const active = await activeOperations(tx, workspace.id);
		const running = active.find(operation => operation.status === 'running');
		if (running) return toNext(workspace, running);
		const leases = (await activeLeases(tx, [workspace.id])).get(workspace.id) ?? [];
		const queued = active[0] ?? (await whatIsDue(locked, leases));
		if (queued) {
			claim(locked, queued);
			return toNext(workspace, queued);
		}
		if (engineChanged) return {kind: 'observe', target: workspace.target};
		return untilSomethingIsDue(workspace, leases);
	};

	return {
		/**
		 * The oldest thing to do: go on with what runs, claim what is queued, make an operation of what is due, or wait, or rest. A workspace that
		 * the database does not know (any more) rests.
		 */
		next: (workspaceId: string, engineChanged: boolean): Promise<NextStep> =>
			knownOr<NextStep>({kind: 'rest'}, () =>
				transactions.locked(workspaceId, locked => nextOf(locked, engineChanged), {alsoDeleted: true}),
			),

		/**
		 * What is next cannot be written down. The workspace is in error, and its operations end with a code that says so, past the ORM and without the
		 * rest. Only a delete stays: the sweep tries it again.
		 */
		async giveUp(workspaceId: string): Promise<void> {
			const failure = {code: 'INTERNAL_ERROR', params: {}};
			await em
				.fork()
				.nativeUpdate(
					Operation,
					{workspace: workspaceId, status: {$in: ['queued', 'running']}, kind: {$ne: 'delete'}},
					{status: 'failed', error: failure, finishedAt: new Date()},
				);
			await em
				.fork()
				.nativeUpdate(Workspace, {id: workspaceId, desired: {$ne: 'deleted'}}, {status: 'error', reason: failure});
		},

		/** Does someone want the running operation undone? */
		isCancelRequested: (workspaceId: string, operationId: string): Promise<boolean> =>
			knownOr(false, () =>
				transactions.locked(
					workspaceId,
					async ({tx}) =>
						(await activeOperations(tx, workspaceId)).some(one => one.id === operationId && one.cancelRequested),
					{alsoDeleted: true},
				),
			),
	};
};

/** Of what is unknown nothing is asked again and again. */
const knownOr = async <T>(otherwise: T, work: () => Promise<T>): Promise<T> => {
	try {
		return await work();
	} catch (error) {
		if (error instanceof AppError && error.code === 'WORKSPACE_NOT_FOUND') return otherwise;
		throw error;
	}
};

const toNext = (workspace: Workspace, operation: Operation): NextStep => ({
	kind: 'operation',
	cancelRequested: operation.cancelRequested,
	operation: {
		operationId: operation.id,
		workspaceId: workspace.id,
		ownerId: workspace.owner,
		kind: operation.kind,
		target: workspace.target,
		steps: operation.steps.map(step => step.name),
	},
});

/** Time to live, then autostop, then a repair: whichever is due becomes an operation like any other. */
const whatIsDue = async (locked: LockedWorkspace, leases: readonly Lease[]): Promise<Operation | null> => {
	const {workspace} = locked;
	const now = Date.now();
	const isDue = (at: Date | null | undefined) => at !== null && at !== undefined && at.getTime() <= now;
	if (isDue(workspace.deletesAt())) {
		return acceptOperation(locked, 'delete', {code: 'ttl', params: {minutes: workspace.ttlMinutes}}, null);
	}
	if (isDue(workspace.autostop(leases)?.at)) {
		return acceptOperation(locked, 'stop', {code: 'autostop', params: {minutes: workspace.autostopMinutes}}, null);
	}
	const repair = repairDecision(workspace, now);
	if (repair.kind === 'giveUp') giveUp(locked, repair);
	return repair.kind === 'repair' ? acceptRepair(locked, repair.by) : null;
};

const giveUp = (
	{workspace, record}: LockedWorkspace,
	{status, code}: Extract<RepairDecision, {kind: 'giveUp'}>,
): void => {
	const {exitCode, observedReason, repairs} = workspace;
	workspace.repairAfter = null;
	workspace.status = status;
	if (status === 'stopped') workspace.desired = 'stopped';
	workspace.reason = {code, params: {exitCode, repairs, observedReason}};
	record(workspace.id, 'status', 'workspaceStatus', {status});
};

const acceptRepair = (locked: LockedWorkspace, by: 'start' | 'stop'): Promise<Operation> => {
	const {workspace} = locked;
	const {observed, exitCode, observedReason} = workspace;
	if (by === 'start') workspace.repairs += 1;
	workspace.repairAfter = null;
	return acceptOperation(locked, by, {code: 'drift', params: {observed, exitCode, observedReason}}, null);
};

/** Temporal timers are long enough for anything, but a wrong clock should not sleep a workspace for a year. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

const untilSomethingIsDue = (workspace: Workspace, leases: readonly Lease[]): NextStep => {
	const now = Date.now();
	const repair = repairDecision(workspace, now);
	const repairAt = repair.kind === 'wait' ? repair.until : null;
	const dates = [workspace.deletesAt(), workspace.autostop(leases)?.at ?? null, repairAt].filter(date => date !== null);
	if (dates.length === 0) return {kind: 'rest'};
	const nearest = Math.min(...dates.map(date => date.getTime())) - now;
	return {kind: 'wait', milliseconds: Math.min(Math.max(nearest, 1), LONGEST_WAIT_MS)};
};
