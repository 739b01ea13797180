import {z} from 'zod';
import {quotaNames} from './quota.ts';

const limit = (number: z.ZodNumber, description: string, example: number) =>
	number.min(0).max(1_000_000_000).nullable().optional().meta({description, example});

const limits = {
	workspaces: limit(z.int(), 'Workspaces, until nothing is left of them.', 20),
	runningWorkspaces: limit(z.int(), 'Workspaces that are wanted running.', 5),
	cpus: limit(z.number(), 'CPUs of those, in all.', 8),
	memoryMiB: limit(z.int(), 'Memory of those, in all.', 16_384),
	diskMiB: limit(z.int(), 'Disk of all workspaces: what they may hold, or hold where they have no limit.', 102_400),
	concurrentExecutions: limit(z.int(), 'Executions that have not ended.', 10),
	jobs: limit(z.int(), 'Jobs.', 50),
	spendPerDayUsd: limit(z.number(), 'What agents may cost from midnight to midnight UTC.', 25),
};

export const SetQuota = z.strictObject(limits).meta({
	id: 'SetQuota',
	description: 'All limits. null: without limit. What is left out is as the service is configured.',
	example: {workspaces: 20, runningWorkspaces: 5, cpus: null},
});

const numbers = <Value extends z.ZodType>(value: Value, description: (name: string) => string) =>
	z.object(
		Object.fromEntries(
			quotaNames.map(name => [name, value.meta({description: description(name), example: 5})]),
		) as Record<(typeof quotaNames)[number], Value>,
	);

const Limits = numbers(z.number().nullable(), name => `The limit of ${name}; null: without limit.`).meta({
	id: 'QuotaLimits',
	description: 'What counts.',
});
const Used = numbers(z.number(), name => `How much there is now of ${name}.`).meta({
	id: 'QuotaUsage',
	description: 'How much there is now.',
});

export const Quota = z
	.object({
		subject: z
			.object({
				type: z
					.enum(['user', 'team'])
					.meta({description: 'Of a person, for what is in no team, or of a team.', example: 'team'}),
				id: z.uuid().meta({description: 'Which one.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
			})
			.meta({
				description: 'Whose quotas these are.',
				example: {type: 'team', id: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'},
			}),
		limits: Limits,
		set: z.object(limits).meta({
			id: 'QuotaSet',
			description: 'What was set for them; what is left out is as the service is configured.',
			example: {workspaces: 20},
		}),
		used: Used,
	})
	.meta({id: 'Quota', description: 'How much somebody may have, and has.'});
export type QuotaView = z.infer<typeof Quota>;
