import type {WorkspaceSpec} from '../containers/container-runtime.ts';
import type {Operation} from './operation.entity.ts';
import {CHECKOUT, DISCARD, SETUP} from './operation-plan.ts';
import type {Failure} from './operation.schema.ts';
import type {Workspace} from './workspace.entity.ts';
import type {OperationRef} from './workspace.contract.ts';
import {isPersistent, type OperationKind, type WorkspaceStatus} from './workspace-lifecycle.ts';

/** One step to be tried or undone, with all that it needs. Plain data, read in the transaction that says so. */
export interface StepWork {
	ref: OperationRef;
	kind: OperationKind;
	step: string;
	status: 'running' | 'reverting';
	/** 1 for the first try of doing, or of undoing, this step. */
	attempt: number;
	/** The operation ends with it. */
	isLast: boolean;
	/** It is tried until it is done: the operation does not give up, or can no longer go back. */
	isTriedForEver: boolean;
	/** The image is null until the step that makes a container has pinned it. */
	spec: Omit<WorkspaceSpec, 'image'> & {image: string | null};
	catalogueImage: string;
	/** The workspace never ran before: whatever there is of it, this operation made. */
	isFresh: boolean;
	makesNewGeneration: boolean;
	previousGeneration: number | null;
	previousStatus: WorkspaceStatus | null;
	gitUrl: string | null;
	branch: string | null;
	setupScript: string | null;
	isLastOfBootstrap: boolean;
	/** What an earlier step failed with that the operation could live with. */
	failedBefore: Failure | null;
}

/** Once the container that ran before is being removed there is nothing to go back to; the new one is ready by then. */
export const isPastReturn = (workspace: Workspace, {steps}: Operation): boolean =>
	workspace.provisionedAt !== null && steps.some(({name, status}) => name === DISCARD && status !== 'pending');

export const toStepWork = (
	workspace: Workspace,
	operation: Operation,
	now: Pick<StepWork, 'step' | 'status' | 'attempt'>,
): StepWork => {
	const {steps} = operation;
	const generation = operation.generation ?? workspace.generation;
	// A rebuild is for the newest image; everything else keeps what the workspace has.
	const image = operation.pinnedImage ?? (operation.kind === 'rebuild' ? null : workspace.pinnedImage);
	return {
		...now,
		ref: {operationId: operation.id, workspaceId: workspace.id},
		kind: operation.kind,
		isLast: steps.at(-1)?.name === now.step,
		isTriedForEver: now.status === 'reverting' || isPersistent(operation.kind) || isPastReturn(workspace, operation),
		spec: {
			workspaceId: workspace.id,
			name: workspace.name,
			generation,
			image,
			env: Object.fromEntries(workspace.env.map(({key, value}) => [key, value])),
			cpus: workspace.cpus,
			memoryMiB: workspace.memoryMiB,
			pids: workspace.pids,
			healthCommand: workspace.healthCommand,
			readyTimeoutSeconds: workspace.healthTimeoutSeconds,
		},
		catalogueImage: workspace.image,
		isFresh: workspace.provisionedAt === null,
		makesNewGeneration: operation.makesNewGeneration(),
		previousGeneration: operation.previousGeneration,
		previousStatus: operation.previousStatus,
		gitUrl: workspace.gitUrl,
		branch: workspace.branch,
		setupScript: workspace.setupScript,
		isLastOfBootstrap: steps.findLast(step => step.name === CHECKOUT || step.name === SETUP)?.name === now.step,
		failedBefore: steps.find(step => step.status === 'failed')?.error ?? null,
	};
};
