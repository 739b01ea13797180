import {defineEntity, p} from '@mikro-orm/core';
import {Workspace} from '../workspaces/workspace.entity.ts';
import type {Reason} from '../workspaces/workspace.schema.ts';
import {executionStatuses, executionTriggers} from './execution-rules.ts';
import type {ExecutionResult, ExecutionWork} from './execution.schema.ts';
import {Job} from './job.entity.ts';

const ExecutionSchema = defineEntity({
	name: 'Execution',
	tableName: 'execution',
	properties: {
		id: p.uuid().primary(),
		job: () => p.manyToOne(Job).mapToPk(),
		workspace: () => p.manyToOne(Workspace).mapToPk(),
		trigger: p.enum([...executionTriggers]),
		/** The time that it was planned for; of one that somebody asked for, when they did. */
		nominalTime: p.datetime(3),
		/** What the job said when this was accepted: later changes of it change later executions. */
		work: p.json<ExecutionWork>(),
		requestedBy: p.uuid().strictNullable(),
		/** Another try of that one, asked for by somebody. */
		retryOf: p.uuid().strictNullable(),
		/** The body of the webhook's request. */
		payload: p.text().strictNullable(),
		/** The caller's own name for that request: the same one is taken once. */
		delivery: p.string().strictNullable(),

		status: p.enum([...executionStatuses]),
		reason: p.json<Reason>().strictNullable(),
		/** The workflow that carries it. */
		workflowId: p.string(),
		cancelReason: p.json<Reason>().strictNullable(),
		attempt: p.integer().default(1),
		/** Before then the next attempt does not begin. */
		notBefore: p.datetime(3).strictNullable(),
		/** It started the workspace, and may stop it again. */
		startedWorkspace: p.boolean().default(false),
		sessionId: p.string().strictNullable(),
		/** The session that the next attempt goes on with. */
		resumes: p.string().strictNullable(),
		/** Where the output of this attempt begins in the output of the whole. */
		attemptOffset: p.bigint('string').default('0'),

		createdAt: p.datetime(3),
		startedAt: p.datetime(3).strictNullable(),
		finishedAt: p.datetime(3).strictNullable(),
		exitCode: p.integer().strictNullable(),
		result: p.json<ExecutionResult>().strictNullable(),
		revision: p.integer().version(),
	},
	uniques: [
		{
			properties: ['job', 'nominalTime'],
			where: "trigger = 'schedule'",
			name: 'execution_nominal_time_unique',
		},
		{
			properties: ['job', 'nominalTime'],
			where: "trigger = 'backfill'",
			name: 'execution_backfilled_time_unique',
		},
		{properties: ['job', 'delivery'], name: 'execution_delivery_unique'},
	],
	indexes: [
		{
			properties: ['workspace', 'createdAt'],
			where: "status in ('queued', 'waiting', 'running')",
			name: 'execution_active_index',
		},
		{properties: ['workspace', 'nominalTime'], name: 'execution_workspace_time_index'},
		{properties: ['workspace', 'finishedAt'], name: 'execution_workspace_end_index'},
	],
});

export class Execution extends ExecutionSchema.class {}
ExecutionSchema.setClass(Execution);
