import type {EntityManager} from '@mikro-orm/postgresql';
import type {ContainerRuntime, Observation} from '../containers/container-runtime.ts';
import {observe} from './observe.ts';
import {Operation} from './operation.entity.ts';
import {Workspace} from './workspace.entity.ts';
import {repairDelayMs} from './repair.ts';
import type {WorkspaceTransactions} from './workspace-transaction.ts';

/** A container that stayed up this long counts as mended: the next repair is the first again. */
const MENDED_AFTER_MS = 10 * 60_000;

export type DriftService = ReturnType<typeof createDriftService>;

/** What the engine says of workspaces with nothing under way. */
export const createDriftService = ({
	em,
	transactions,
	runtime,
}: {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	runtime: ContainerRuntime;
}) => ({
	/** Is a workspace not what was last written down of it? While an operation runs nobody can say: then it may be. */
	async mayDiffer(workspaceId: string, signal: AbortSignal): Promise<boolean> {
		const own = em.fork();
		if ((await own.count(Operation, {workspace: workspaceId, status: 'running'})) > 0) return true;
		const workspace = await own.findOne(Workspace, {id: workspaceId, deletedAt: null}, {fields: ['observed']});
		return workspace !== null && (await runtime.inspect(workspaceId, signal)).state !== workspace.observed;
	},

	/** Writes it down; what follows from it is the mailbox's to decide. While an operation runs, its own steps say what is seen. */
	observed: (workspaceId: string, observation: Observation): Promise<void> =>
		transactions.locked(
			workspaceId,
			async ({tx, workspace, record}) => {
				if ((await tx.count(Operation, {workspace: workspaceId, status: 'running'})) > 0) return;
				if (workspace.observed === observation.state) return;
				observe(workspace, observation);
				if (workspace.status !== 'running' && observation.state === 'running') {
					record(workspaceId, 'status', 'containerStarted');
				}
				if (workspace.status !== 'running' || observation.state === 'running') return;
				const lasted = observation.startedAt ? Date.now() - observation.startedAt.getTime() : 0;
				if (lasted > MENDED_AFTER_MS) workspace.repairs = 0;
				workspace.repairAfter = new Date(Date.now() + repairDelayMs(workspace.repairs));
				record(workspaceId, 'status', 'containerEnded', {
					observed: observation.state,
					exitCode: observation.exitCode,
					reason: observation.reason,
				});
			},
			{alsoDeleted: true},
		),
});
