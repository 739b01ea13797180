import {z} from 'zod';
import {patchOf, withPatch} from '../http/validation/patch-of.ts';
import {agents} from './agents/agent-adapter.ts';
import {AgentOptions} from './agents/agent-options.schema.ts';
import {agentAdapters, unsupportedOptions} from './agents/agent-adapters.ts';
import {catchUpPolicies, finalStatuses, overlapPolicies} from './execution-rules.ts';
import {DstPolicy, Trigger} from './schedule/trigger.schema.ts';

const noNul = (value: string) => !value.includes('\0');

export const jobKinds = ['agent', 'command'] as const;
export const jobStatuses = ['draft', 'active', 'paused', 'completed'] as const;
export type JobStatus = (typeof jobStatuses)[number];

const Name = z
	.string()
	.min(1)
	.max(100)
	.refine(noNul, {params: {code: 'NUL_NOT_ALLOWED'}})
	.meta({description: 'Unique in its workspace.', example: 'nightly-review'});

const Prompt = z
	.string()
	.min(1)
	.max(262_144)
	.refine(noNul, {params: {code: 'NUL_NOT_ALLOWED'}})
	.nullable()
	.default(null)
	.meta({description: 'What the agent is to do.', example: 'Fix the failing tests and commit the result.'});

const Command = z
	.array(
		z
			.string()
			.max(32_768)
			.refine(noNul, {params: {code: 'NUL_NOT_ALLOWED'}}),
	)
	.min(1)
	.max(200)
	.nullable()
	.default(null)
	.meta({description: 'The program and its arguments; no shell is involved.', example: ['npm', 'test']});

export const JobPolicy = z
	.strictObject({
		overlap: z
			.enum(overlapPolicies)
			.default('skip')
			.meta({description: 'What becomes of a run while another one of the job is under way.', example: 'skip'}),
		catchUp: z.enum(catchUpPolicies).default('latest').meta({
			description: 'Which of the times that nobody was there for still run: none, the latest, all.',
			example: 'latest',
		}),
		catchUpWindowSeconds: z
			.int()
			.min(60)
			.max(2_592_000)
			.default(3600)
			.meta({description: 'What is later than this is missed.', example: 3600}),
		jitterSeconds: z
			.int()
			.min(0)
			.max(3600)
			.default(0)
			.meta({description: 'Runs begin up to so much later, each job at its own moment.', example: 30}),
		dst: DstPolicy.default('skip'),
		pauseAfterFailures: z
			.int()
			.min(1)
			.max(1000)
			.nullable()
			.default(null)
			.meta({description: 'Pauses the job after so many failures in a row; null: never.', example: 3}),
	})
	.meta({
		id: 'JobPolicy',
		description: 'What happens beside the plan.',
		example: {overlap: 'skip', catchUp: 'latest', catchUpWindowSeconds: 3600},
	});
export type JobPolicy = z.infer<typeof JobPolicy>;

export const RetryPolicy = z
	.strictObject({
		maxAttempts: z
			.int()
			.min(1)
			.max(10)
			.default(1)
			.meta({description: 'How often it is tried in all, for what another try can mend.', example: 3}),
		backoffSeconds: z
			.int()
			.min(1)
			.max(3600)
			.default(60)
			.meta({description: 'Before the second try; each further one waits twice as long.', example: 60}),
	})
	.meta({
		id: 'RetryPolicy',
		description: 'Other tries of a run that failed.',
		example: {maxAttempts: 3, backoffSeconds: 60},
	});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

const fields = {
	workspaceId: z.uuid().meta({description: 'Where it runs.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
	name: Name,
	description: z.string().max(2000).default('').meta({description: 'For people.', example: 'Every night'}),
	kind: z.enum(jobKinds).meta({description: 'What runs: an agent with a prompt, or a command.', example: 'agent'}),
	agent: z.enum(agents).nullable().default(null).meta({description: 'Which agent.', example: 'claude-code'}),
	prompt: Prompt,
	command: Command,
	model: z
		.string()
		.min(1)
		.max(100)
		.regex(/^[\w./:@[\]-]+$/)
		.nullable()
		.default(null)
		.meta({description: 'Absent: what the agent takes by itself.', example: 'claude-sonnet-5'}),
	agentOptions: AgentOptions.prefault({}),
	trigger: Trigger,
	policy: JobPolicy.prefault({}),
	timeoutSeconds: z
		.int()
		.min(1)
		.max(86_400)
		.default(1800)
		.meta({description: 'An attempt that takes longer is ended.', example: 1800}),
	retry: RetryPolicy.prefault({}),
	wake: z
		.enum(['startIfStopped', 'skipIfStopped'])
		.default('startIfStopped')
		.meta({description: 'What to do when the workspace is stopped.', example: 'startIfStopped'}),
	afterRun: z
		.enum(['leave', 'restore'])
		.default('restore')
		.meta({description: 'Whether a workspace that was started for the run is stopped again.', example: 'restore'}),
	status: z
		.enum(['draft', 'active'])
		.default('active')
		.meta({description: 'A draft runs only when someone says so.', example: 'active'}),
	notifications: z
		.strictObject({
			webhookUrl: z
				.url({protocol: /^https?$/})
				.max(2000)
				.meta({description: 'Where to; signed, see X-Signature.', example: 'https://example.com/hooks/runs'}),
			on: z
				.array(z.enum(finalStatuses))
				.min(1)
				.max(finalStatuses.length)
				.meta({description: 'Of which ends.', example: ['failed', 'timedOut', 'missed']}),
		})
		.nullable()
		.default(null)
		.meta({
			description: 'Who is told when a run has ended; null: nobody.',
			example: {webhookUrl: 'https://example.com/hooks/runs', on: ['failed', 'timedOut', 'missed']},
		}),
	tags: z
		.array(z.string().regex(/^[\w.-]{1,50}$/))
		.max(20)
		.default([])
		.meta({description: 'For people and filters.', example: ['nightly']}),
};

type Draft = z.output<typeof Fields>;
const Fields = z.strictObject(fields);

const wanted: Record<(typeof jobKinds)[number], readonly (keyof Draft)[]> = {
	agent: ['agent', 'prompt'],
	command: ['command'],
};
const belongsTo: Partial<Record<keyof Draft, (typeof jobKinds)[number]>> = {
	agent: 'agent',
	prompt: 'agent',
	model: 'agent',
	command: 'command',
};

/** What each kind of job needs, and what it has no use for. */
const checkKind = (draft: Draft, context: z.RefinementCtx): void => {
	const complain = (path: (string | number)[], code: string) =>
		context.addIssue({code: 'custom', path, params: {code}});
	for (const field of wanted[draft.kind]) if (draft[field] === null) complain([field], 'REQUIRED');
	for (const [field, kind] of Object.entries(belongsTo)) {
		if (kind !== draft.kind && draft[field as keyof Draft] !== null) complain([field], 'NOT_FOR_THIS_KIND');
	}
	if (draft.kind !== 'agent' || draft.agent === null) return;
	for (const path of unsupportedOptions(draft.agent, draft.agentOptions))
		complain(['agentOptions', ...pathOf(path)], 'NOT_FOR_THIS_AGENT');
	if (draft.model === null && agentAdapters[draft.agent].needsModel) complain(['model'], 'REQUIRED');
};

/** `allowedTools[1]` → `allowedTools`, 1. */
const pathOf = (path: string): (string | number)[] =>
	[...path.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));

export const CreateJob = Fields.superRefine(checkKind).meta({
	id: 'CreateJob',
	description: 'A job: what is to run in a workspace, and when.',
	example: {
		workspaceId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		name: 'nightly-review',
		kind: 'agent',
		agent: 'claude-code',
		prompt: 'Fix the failing tests and commit the result.',
		trigger: {kind: 'cron', expression: '0 3 * * *', timeZone: 'Asia/Taipei'},
	},
});
export type CreateJob = z.output<typeof CreateJob>;

const {workspaceId: _workspaceId, kind: _kind, agent: _agent, ...changeable} = fields;

/** What a change may name. Whether the whole is right then is for `CreateJob` to say, of the job with the change in it. */
export const UpdateJob = patchOf(changeable).meta({
	id: 'UpdateJob',
	description:
		'What to change; absent: leave it, null: clear it, in agentOptions, policy, retry and notifications too. A trigger is replaced as a whole. Runs that were accepted keep what they were accepted with.',
	example: {prompt: 'Fix the failing tests.', policy: {overlap: 'bufferOne'}},
});

export type UpdateJob = z.output<typeof UpdateJob>;

/** The job as it would be asked for with the change in it; for `CreateJob` to judge. */
export const changedJob = (current: CreateJob, patch: UpdateJob): CreateJob => withPatch(changeable, current, patch);

export const BackfillJob = z
	.strictObject({
		from: z.iso.datetime().meta({description: 'The first time that counts.', example: '2026-05-01T00:00:00Z'}),
		to: z.iso.datetime().meta({description: 'Times before then count.', example: '2026-05-02T00:00:00Z'}),
		overlap: z
			.enum(overlapPolicies)
			.default('bufferAll')
			.meta({description: "Instead of the job's own policy.", example: 'bufferAll'}),
		dryRun: z.boolean().default(true).meta({description: 'Only says which times.', example: false}),
	})
	.refine(({from, to}) => Date.parse(from) < Date.parse(to), {path: ['to'], params: {code: 'NOT_AFTER_FROM'}})
	.meta({
		id: 'BackfillJob',
		description: 'Runs a job for times that have passed.',
		example: {from: '2026-05-01T00:00:00Z', to: '2026-05-02T00:00:00Z', dryRun: false},
	});
export type BackfillJob = z.output<typeof BackfillJob>;

export const PauseJob = z
	.strictObject({
		note: z.string().max(500).default('').meta({description: 'Why, for people.', example: 'The model is too dear.'}),
	})
	.meta({id: 'PauseJob', description: 'Pauses a job.', example: {note: 'The model is too dear.'}});
