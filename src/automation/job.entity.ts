import {defineEntity, p} from '@mikro-orm/core';
import {User} from '../users/user.entity.ts';
import {Workspace} from '../workspaces/workspace.entity.ts';
import {agents} from './agents/agent-adapter.ts';
import type {AgentOptions} from './agents/agent-options.schema.ts';
import {type CreateJob, type JobPolicy, type RetryPolicy, jobKinds, jobStatuses} from './job.schema.ts';
import type {ExecutionWork} from './execution.schema.ts';
import type {Trigger} from './schedule/trigger.schema.ts';

const JobSchema = defineEntity({
	name: 'Job',
	tableName: 'job',
	properties: {
		id: p.uuid().primary(),
		workspace: () => p.manyToOne(Workspace).mapToPk(),
		name: p.string(),
		description: p.text().default(''),

		// what runs
		kind: p.enum([...jobKinds]),
		agent: p.enum([...agents]).strictNullable(),
		prompt: p.text().strictNullable(),
		command: p.json<string[]>().strictNullable(),
		model: p.string().strictNullable(),
		agentOptions: p.json<AgentOptions>(),
		timeoutSeconds: p.integer(),
		retry: p.json<RetryPolicy>(),
		wake: p.enum(['startIfStopped', 'skipIfStopped'] as const),
		afterRun: p.enum(['leave', 'restore'] as const),

		// when
		trigger: p.json<Trigger>(),
		policy: p.json<JobPolicy>(),
		status: p.enum([...jobStatuses]),
		pauseNote: p.text().strictNullable(),
		failureStreak: p.integer().default(0),
		/** Every time up to here is accounted for by a row of its own. */
		coveredUntil: p.datetime(3),

		/** SHA-256 of the key that calls of its webhook bring along; null: nobody can call it. */
		webhookKeyHash: p.string().strictNullable(),

		notifications: p.json<CreateJob['notifications']>().strictNullable(),
		tags: p.json<string[]>(),
		createdBy: () => p.manyToOne(User).mapToPk(),
		createdAt: p.datetime(3),
		updatedAt: p.datetime(3).onUpdate(() => new Date()),
		/** The row outlives the job: its executions stay readable. */
		deletedAt: p.datetime(3).strictNullable(),
		revision: p.integer().version(),
	},
	uniques: [{properties: ['workspace', 'name'], where: 'deleted_at is null', name: 'job_workspace_name_unique'}],
	indexes: [{properties: ['coveredUntil'], where: "status = 'active' and deleted_at is null", name: 'job_due_index'}],
});

export class Job extends JobSchema.class {
	/** The job as it would be asked for anew. */
	toInput(): CreateJob {
		return {
			workspaceId: this.workspace,
			name: this.name,
			description: this.description,
			trigger: this.trigger,
			policy: this.policy,
			status: this.status === 'draft' ? 'draft' : 'active',
			tags: this.tags,
			...this.work(),
		};
	}

	/** What a run of it is made from. */
	work(): ExecutionWork {
		return {
			kind: this.kind,
			agent: this.agent,
			prompt: this.prompt,
			command: this.command,
			model: this.model,
			agentOptions: this.agentOptions,
			timeoutSeconds: this.timeoutSeconds,
			retry: this.retry,
			wake: this.wake,
			afterRun: this.afterRun,
			notifications: this.notifications,
		};
	}

	/** Its times count, if it has any. */
	isScheduled(): boolean {
		return this.deletedAt === null && (this.status === 'active' || this.status === 'paused');
	}
}
JobSchema.setClass(Job);
