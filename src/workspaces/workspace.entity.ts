import {defineEntity, p} from '@mikro-orm/core';
import {endReasons, observedStates, runtimeKinds} from '../containers/container-runtime.ts';
import {Team} from '../teams/team.entity.ts';
import {User} from '../users/user.entity.ts';
import type {Lease} from './lease.entity.ts';
import {desiredStates, workspaceStatuses} from './workspace-lifecycle.ts';
import type {Bootstrap, EnvironmentVariable, Reason, RestartPolicy} from './workspace.schema.ts';

/** So long a workspace may hold more than its limit: time to clean up, also after a start. */
export const DISK_GRACE_MINUTES = 15;

const WorkspaceSchema = defineEntity({
	name: 'Workspace',
	tableName: 'workspace',
	properties: {
		id: p.uuid().primary(),
		name: p.string(),
		description: p.text().default(''),
		owner: () => p.manyToOne(User).mapToPk().index(),
		/** null: it is its owner's alone. */
		team: () => p.manyToOne(Team).mapToPk().strictNullable().deleteRule('restrict').index(),
		runtime: p.enum([...runtimeKinds]),
		target: p.string(),

		// what it is made from
		image: p.string(),
		pinnedImage: p.string().strictNullable(),
		gitUrl: p.text().strictNullable(),
		branch: p.string().strictNullable(),
		setupScript: p.text().strictNullable(),
		env: p.json<EnvironmentVariable[]>(),
		cpus: p.double().$type<number>(),
		memoryMiB: p.integer().fieldName('memory_mib'),
		pids: p.integer(),
		/** What it may hold on disk; null: without limit. */
		diskMiB: p.integer().fieldName('disk_mib').strictNullable(),
		healthCommand: p.json<string[]>().strictNullable(),
		healthTimeoutSeconds: p.integer().default(60),
		restartPolicy: p.json<RestartPolicy>(),
		autostopMinutes: p.integer().strictNullable(),
		ttlMinutes: p.integer().strictNullable(),
		/** Settings changed that the container does not have yet: the next start makes a new generation. */
		settingsPending: p.boolean().default(false),

		// what is wanted, what is done, what was seen
		desired: p.enum([...desiredStates]),
		status: p.enum([...workspaceStatuses]),
		observed: p.enum([...observedStates]).default('absent'),
		observedAt: p.datetime(3).strictNullable(),
		exitCode: p.integer().strictNullable(),
		observedReason: p.enum([...endReasons]).strictNullable(),
		reason: p.json<Reason>(),
		generation: p.integer().default(1),
		lastGeneration: p.integer().default(1),
		bootstrap: p.json<Bootstrap>(),
		/** Repairs of a container that ended by itself, since it last ran well. */
		repairs: p.integer().default(0),
		repairAfter: p.datetime(3).strictNullable(),

		/** What its volumes and its container held when it was last measured. */
		diskUsedMiB: p.integer().fieldName('disk_used_mib').strictNullable(),
		diskMeasuredAt: p.datetime(3).strictNullable(),
		/** Since when it is known to hold more than it may, in this run of it. */
		diskExceededAt: p.datetime(3).strictNullable(),

		lastActivityAt: p.datetime(3),
		/** When it first ran; null: there are no files to keep yet. */
		provisionedAt: p.datetime(3).strictNullable(),
		createdAt: p.datetime(3).index(),
		updatedAt: p.datetime(3).onUpdate(() => new Date()),
		/** The row outlives the workspace: its operations stay readable and its id is never used again. */
		deletedAt: p.datetime(3).strictNullable(),
		revision: p.integer().version(),
	},
	uniques: [
		{
			name: 'workspace_name_unique',
			expression:
				'create unique index "workspace_name_unique" on "workspace" (coalesce("team_id", "owner_id"), "name") where deleted_at is null',
		},
	],
	indexes: [{properties: ['status'], where: 'deleted_at is null', name: 'workspace_live_status_index'}],
});

export class Workspace extends WorkspaceSchema.class {
	/** When it will be stopped because nobody uses it, and what it waits for: its idle time, or a lease. Null: never, or it does not run. */
	autostop(leases: readonly Lease[]): {at: Date; lease: Lease | null} | null {
		if (this.autostopMinutes === null || this.status !== 'running' || this.desired !== 'running') return null;
		const idle = this.lastActivityAt.getTime() + this.autostopMinutes * 60_000;
		const last = leases.toSorted((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime()).at(-1);
		if (!last || last.expiresAt.getTime() <= idle) return {at: new Date(idle), lease: null};
		return {at: last.expiresAt, lease: last};
	}

	/** What it counts for in quotas of disk: what it may hold, or, without a limit, what it holds. */
	heldMiB(): number {
		return this.diskMiB ?? this.diskUsedMiB ?? 0;
	}

	/** When it will be stopped because it holds more on disk than it may, unless it is cleaned up; null: it does not. */
	diskStopsAt(): Date | null {
		if (this.diskExceededAt === null || this.status !== 'running' || this.desired !== 'running') return null;
		return new Date(this.diskExceededAt.getTime() + DISK_GRACE_MINUTES * 60_000);
	}

	/** When it will be deleted because its time is up; null: never. */
	deletesAt(): Date | null {
		if (this.ttlMinutes === null || this.desired === 'deleted') return null;
		return new Date(this.createdAt.getTime() + this.ttlMinutes * 60_000);
	}
}
WorkspaceSchema.setClass(Workspace);
