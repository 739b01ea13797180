import {defineEntity, p} from '@mikro-orm/core';
import type {Reason} from './workspace.schema.ts';
import type {Failure, OperationStep} from './operation.schema.ts';
import {Workspace} from './workspace.entity.ts';
import {operationKinds, operationStatuses, workspaceStatuses} from './workspace-lifecycle.ts';

const OperationSchema = defineEntity({
	name: 'Operation',
	tableName: 'operation',
	properties: {
		id: p.uuid().primary(),
		workspace: () => p.manyToOne(Workspace).mapToPk(),
		/** 1, 2, 3, … within the workspace: the order in which they were accepted and run. */
		number: p.integer(),
		kind: p.enum([...operationKinds]),
		status: p.enum([...operationStatuses]),
		reason: p.json<Reason>(),
		requestedBy: p.uuid().strictNullable(),
		steps: p.json<OperationStep[]>(),
		error: p.json<Failure>().strictNullable(),
		/** Someone wants it undone; the workflow acts on it at its next wake. */
		cancelRequested: p.boolean().default(false),
		/** The generation that it works on, and where to go back to when it must be undone. Set when it starts. */
		generation: p.integer().strictNullable(),
		previousGeneration: p.integer().strictNullable(),
		previousStatus: p.enum([...workspaceStatuses]).strictNullable(),
		/** The image that its new generation runs; becomes the workspace's when it succeeds. */
		pinnedImage: p.string().strictNullable(),
		supersededBy: p.uuid().strictNullable(),
		createdAt: p.datetime(3),
		startedAt: p.datetime(3).strictNullable(),
		finishedAt: p.datetime(3).strictNullable(),
		revision: p.integer().version(),
	},
	uniques: [{properties: ['workspace', 'number'], name: 'operation_workspace_number_unique'}],
	indexes: [{properties: ['workspace'], where: "status in ('queued', 'running')", name: 'operation_active_index'}],
});

export class Operation extends OperationSchema.class {
	isActive(): boolean {
		return this.status === 'queued' || this.status === 'running';
	}

	/** What it made is being undone, or will be in a moment. */
	isBeingUndone(): boolean {
		const isUndoing = this.steps.some(({status}) => status === 'reverting' || status === 'reverted');
		return this.status === 'running' && (this.cancelRequested || isUndoing);
	}

	/** True when it makes a container beside (or instead of) the one that was there before. */
	makesNewGeneration(): boolean {
		return this.generation !== this.previousGeneration;
	}
}
OperationSchema.setClass(Operation);
