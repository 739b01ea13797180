import {z} from 'zod';
import {listQuery, Page} from '../http/page.ts';
import {Reason} from '../workspaces/workspace.schema.ts';
import {agents} from './agents/agent-adapter.ts';
import {executionStatuses, executionTriggers} from './execution-rules.ts';
import type {CreateJob} from './job.schema.ts';

const DateTime = z.iso.datetime();
const count = (description: string, example: number) => z.int().meta({description, example});

/** The part of a job that a run is made from. */
export type ExecutionWork = Pick<
	CreateJob,
	| 'kind'
	| 'agent'
	| 'prompt'
	| 'command'
	| 'model'
	| 'agentOptions'
	| 'timeoutSeconds'
	| 'retry'
	| 'wake'
	| 'afterRun'
	| 'notifications'
>;

export const Tokens = z
	.object({
		input: count('Read, without the cache.', 1200),
		output: count('Written.', 340),
		cacheRead: count('Read from the cache.', 18_000),
		cacheWrite: count('Written to the cache.', 2400),
	})
	.meta({
		id: 'Tokens',
		description: 'Tokens of the model.',
		example: {input: 1200, output: 340, cacheRead: 18_000, cacheWrite: 2400},
	});

export const FileChange = z
	.object({
		path: z.string().meta({description: 'Relative to the repository.', example: 'src/app.ts'}),
		added: count('Lines added; 0 for a binary file.', 12),
		removed: count('Lines removed; 0 for a binary file.', 3),
	})
	.meta({id: 'FileChange', description: 'What a run changed of one file.'});

export const ExecutionResult = z
	.object({
		text: z.string().nullable().meta({description: 'What the agent said at the end.', example: 'All tests pass.'}),
		turns: z.int().nullable().meta({description: 'Turns that the agent took.', example: 7}),
		costUsd: z.number().nullable().meta({description: 'What it cost, as the agent says.', example: 0.42}),
		tokens: Tokens.nullable().meta({description: 'What it used; null: not known.', example: null}),
		filesChanged: z
			.array(FileChange)
			.nullable()
			.meta({
				description: 'What is different in the repository since the run began; null: not a repository.',
				example: [{path: 'src/app.ts', added: 12, removed: 3}],
			}),
		diffStat: z
			.string()
			.nullable()
			.meta({description: 'The same in one line.', example: '2 files changed, 14 insertions(+), 3 deletions(-)'}),
	})
	.meta({id: 'ExecutionResult', description: 'What came of a run.'});
export type ExecutionResult = z.infer<typeof ExecutionResult>;

export const Execution = z
	.object({
		id: z.uuid().meta({description: 'UUIDv7.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		jobId: z.uuid().meta({description: 'The job.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2f'}),
		workspaceId: z.uuid().meta({description: 'Where it runs.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d30'}),
		trigger: z.enum(executionTriggers).meta({description: 'What caused it.', example: 'schedule'}),
		nominalTime: DateTime.meta({
			description: 'The time that it was planned for; of one that somebody asked for, when they did.',
			example: '2026-05-01T19:00:00.000Z',
		}),
		status: z.enum(executionStatuses).meta({description: 'How far it is, or how it ended.', example: 'succeeded'}),
		reason: Reason.nullable().meta({description: 'Why it ended so, or what it waits for.', example: null}),
		message: z.string().meta({description: 'The same in words.', example: 'Succeeded.'}),
		cancelRequested: z.boolean().meta({description: 'Someone wants it ended.', example: false}),
		attempt: count('Which try this is, from 1.', 1),
		notBefore: DateTime.nullable().meta({description: 'When the next try begins.', example: null}),
		agent: z.enum(agents).nullable().meta({description: 'Which agent; null: a command.', example: 'claude-code'}),
		model: z.string().nullable().meta({description: 'Which model was asked for.', example: null}),
		sessionId: z.string().nullable().meta({
			description: "The agent's own name for its session.",
			example: '0b9f6a52-0d2c-5a6f-9c3b-2a1d7e8f9a0b',
		}),
		retryOf: z.uuid().nullable().meta({description: 'The execution that this repeats.', example: null}),
		requestedBy: z.uuid().nullable().meta({description: 'Who asked for it; null: its time had come.', example: null}),
		createdAt: DateTime.meta({description: 'When it was accepted.', example: '2026-05-01T19:00:00.041Z'}),
		startedAt: DateTime.nullable().meta({description: 'When it first ran.', example: '2026-05-01T19:00:00.320Z'}),
		finishedAt: DateTime.nullable().meta({description: 'When it ended.', example: '2026-05-01T19:04:11.007Z'}),
		exitCode: z.int().nullable().meta({description: 'Of the process.', example: 0}),
		result: ExecutionResult.nullable().meta({description: 'What came of it.', example: null}),
		allowedOperations: z
			.array(z.string())
			.meta({description: 'What the caller may do.', example: ['execution.read', 'execution.output']}),
	})
	.meta({id: 'Execution', description: 'One run of a job, or why there was none at that time.'});
export type ExecutionView = z.infer<typeof Execution>;
export type ExecutionFacts = Omit<ExecutionView, 'allowedOperations'>;

const filters = {
	status: z.enum(executionStatuses).optional().meta({description: 'Only these.', example: 'failed'}),
	trigger: z.enum(executionTriggers).optional().meta({description: 'Only those caused so.', example: 'schedule'}),
	from: DateTime.optional().meta({description: 'Planned for then or later.', example: '2026-05-01T00:00:00Z'}),
	to: DateTime.optional().meta({description: 'Planned for before then.', example: '2026-06-01T00:00:00Z'}),
};

export const ListExecutions = listQuery({
	sort: ['-nominalTime', 'createdAt'],
	filters: {
		jobId: z.uuid().optional().meta({description: 'Only of it.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2f'}),
		workspaceId: z
			.uuid()
			.optional()
			.meta({description: 'Only in it.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d30'}),
		...filters,
	},
}).meta({id: 'ListExecutions', description: 'What to list.', example: {status: 'failed', pageSize: 50}});
export type ListExecutions = z.infer<typeof ListExecutions>;

export const ListJobExecutions = listQuery({sort: ['-nominalTime', 'createdAt'], filters}).meta({
	id: 'ListJobExecutions',
	description: 'What to list.',
	example: {status: 'failed', pageSize: 50},
});

export const ExecutionPage = Page(Execution).meta({id: 'ExecutionPage', description: 'A page of executions.'});

export const ReadOutput = z
	.strictObject({
		after: z.coerce
			.number()
			.int()
			.min(0)
			.max(Number.MAX_SAFE_INTEGER)
			.default(0)
			.meta({description: 'Only what comes after so many bytes.', example: 0}),
		follow: z
			.enum(['true', 'false'])
			.default('false')
			.meta({description: 'Goes on with what is still to come, until the execution has ended.', example: 'true'}),
	})
	.meta({id: 'ReadOutput', description: 'Which part of the output.', example: {after: 0}});

export const Backfill = z
	.object({
		times: z
			.array(DateTime)
			.meta({description: 'The times that the job did not run for.', example: ['2026-05-01T19:00:00.000Z']}),
		executions: z.array(Execution).meta({description: 'What was accepted for them; none in a dry run.'}),
	})
	.meta({id: 'Backfill', description: 'Runs for times that have passed.'});
