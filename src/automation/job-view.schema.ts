import {z} from 'zod';
import {listQuery, Page} from '../http/page.ts';
import {agents} from './agents/agent-adapter.ts';
import {CreateJob, jobKinds, jobStatuses} from './job.schema.ts';
import {triggerKinds} from './schedule/trigger.schema.ts';

const DateTime = z.iso.datetime();

export const Job = z
	.object({
		id: z.uuid().meta({description: 'UUIDv7.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		...CreateJob.shape,
		status: z.enum(jobStatuses).meta({description: 'Whether its times count.', example: 'active'}),
		pauseNote: z.string().nullable().meta({description: 'Why it is paused.', example: null}),
		failureStreak: z.int().meta({description: 'Runs that failed since one succeeded.', example: 0}),
		nextAt: DateTime.nullable().meta({description: 'When it is due next.', example: '2026-05-02T19:00:00.000Z'}),
		scheduleInStep: z.boolean().meta({
			description: 'Temporal has the schedule as it is here; if not, it will within a minute of being reachable.',
			example: true,
		}),
		createdBy: z.uuid().meta({
			description: 'Who made it, changed what it runs, or took it over; it runs as them.',
			example: '00000000-0000-7000-8000-000000000001',
		}),
		createdAt: DateTime.meta({description: 'When it was made.', example: '2026-05-01T08:00:00.000Z'}),
		updatedAt: DateTime.meta({description: 'When it was last changed.', example: '2026-05-01T08:00:00.000Z'}),
		revision: z.int().meta({description: 'Also served as ETag.', example: 1}),
		allowedOperations: z.array(z.string()).meta({description: 'What the caller may do.', example: ['job.read']}),
	})
	.meta({id: 'Job', description: 'What is to run in a workspace, and when.'});
export type JobView = z.infer<typeof Job>;

export const ListJobs = listQuery({
	sort: ['-createdAt', 'name', 'updatedAt'],
	filters: {
		workspaceId: z
			.uuid()
			.optional()
			.meta({description: 'Only those of it.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		status: z.enum(jobStatuses).optional().meta({description: 'Only these.', example: 'active'}),
		trigger: z.enum(triggerKinds).optional().meta({description: 'Only those with such a trigger.', example: 'cron'}),
		kind: z.enum(jobKinds).optional().meta({description: 'Only such.', example: 'agent'}),
		agent: z.enum(agents).optional().meta({description: 'Only those of this agent.', example: 'claude-code'}),
		tag: z.string().max(50).optional().meta({description: 'Only those with it.', example: 'nightly'}),
		search: z.string().min(1).max(100).optional().meta({description: 'Part of the name.', example: 'review'}),
	},
}).meta({id: 'ListJobs', description: 'What to list.', example: {status: 'active', pageSize: 50}});
export type ListJobs = z.infer<typeof ListJobs>;

export const JobPage = Page(Job).meta({id: 'JobPage', description: 'A page of jobs.'});
