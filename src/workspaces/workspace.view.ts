import type {Actor} from '../access/actor.ts';
import {allowedOperations, type WorkspaceRole} from '../access/permissions.ts';
import type {Lease} from './lease.entity.ts';
import type {Operation} from './operation.entity.ts';
import {currentStep} from './operation.view.ts';
import type {Workspace} from './workspace.entity.ts';
import type {Bootstrap, WorkspaceState, WorkspaceView} from './workspace.schema.ts';

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** What the API shows of a workspace. `active` is its operation under way, if there is one; `leases` are those that count now; `role` is the actor's. */
export const viewWorkspace = (
	workspace: Workspace,
	active: Operation | null,
	leases: readonly Lease[],
	actor: Actor,
	role: WorkspaceRole | null,
): WorkspaceView => ({
	id: workspace.id,
	name: workspace.name,
	description: workspace.description,
	ownerId: workspace.owner,
	teamId: workspace.team,
	runtime: workspace.runtime,
	target: workspace.target,
	image: workspace.image,
	pinnedImage: workspace.pinnedImage,
	gitUrl: workspace.gitUrl,
	branch: workspace.branch,
	setupScript: workspace.setupScript,
	env: workspace.env,
	resources: {cpus: workspace.cpus, memoryMiB: workspace.memoryMiB, pids: workspace.pids, diskMiB: workspace.diskMiB},
	disk: {
		usedMiB: workspace.diskUsedMiB,
		measuredAt: iso(workspace.diskMeasuredAt),
		exceededSince: iso(workspace.diskExceededAt),
		stopsAt: iso(workspace.diskStopsAt()),
	},
	autostopMinutes: workspace.autostopMinutes,
	ttlMinutes: workspace.ttlMinutes,
	healthCommand: workspace.healthCommand,
	healthTimeoutSeconds: workspace.healthTimeoutSeconds,
	restartPolicy: workspace.restartPolicy,
	settingsPending: workspace.settingsPending,
	desired: workspace.desired,
	status: workspace.status,
	observed: workspace.observed,
	observedAt: iso(workspace.observedAt),
	exitCode: workspace.exitCode,
	observedReason: workspace.observedReason,
	reason: workspace.reason,
	generation: workspace.generation,
	bootstrap: viewBootstrap(workspace.bootstrap),
	operation: active && viewActive(active),
	lastActivityAt: workspace.lastActivityAt.toISOString(),
	...viewAutostop(workspace.autostop(leases)),
	deletesAt: iso(workspace.deletesAt()),
	createdAt: workspace.createdAt.toISOString(),
	updatedAt: workspace.updatedAt.toISOString(),
	revision: workspace.revision,
	allowedOperations: allowedOperations(actor, role),
});

/** The light view, for whoever asks often. */
export const viewState = (workspace: Workspace, active: Operation | null): WorkspaceState => ({
	status: workspace.status,
	desired: workspace.desired,
	observed: workspace.observed,
	revision: workspace.revision,
	operation: active && viewActive(active),
});

const viewAutostop = (autostop: ReturnType<Workspace['autostop']>) => ({
	stopsAt: iso(autostop?.at ?? null),
	keptUpBy: autostop?.lease?.kind() ?? null,
});

const viewBootstrap = ({status, step, exitCode, output, finishedAt}: Bootstrap): Bootstrap => ({
	status,
	step,
	exitCode,
	output,
	finishedAt,
});

const viewActive = (operation: Operation) => {
	const step = currentStep(operation);
	return {
		id: operation.id,
		kind: operation.kind,
		status: operation.status,
		step: step?.name ?? null,
		attempt: step?.attempt ?? 0,
	};
};
