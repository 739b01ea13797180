import {z} from 'zod';
import {EnvironmentVariable} from './workspace.schema.ts';

const argument = z.string().max(131_072);

export const Exec = z
	.strictObject({
		command: z
			.array(argument)
			.min(1)
			.max(1000)
			.refine(command => command[0] !== '', {params: {code: 'REQUIRED'}, path: [0]})
			.meta({description: 'Program and arguments; never a shell string.', example: ['git', 'log', '--oneline']}),
		workdir: z
			.string()
			.max(4096)
			.regex(/^\//)
			.optional()
			.meta({description: 'Absolute path; absent: /workspace.', example: '/workspace'}),
		env: z.array(EnvironmentVariable).max(200).default([]).meta({description: 'In addition to that of the workspace.'}),
		stdin: z
			.string()
			.max(1_000_000)
			.optional()
			.meta({description: 'What the program reads; absent: nothing.', example: ''}),
		timeoutSeconds: z
			.int()
			.min(1)
			.max(600)
			.default(60)
			.meta({description: 'Then it is killed, with everything that it started.', example: 60}),
	})
	.meta({
		id: 'Exec',
		description: 'A command to run in a workspace.',
		example: {command: ['git', 'log', '--oneline'], timeoutSeconds: 60},
	});
export type Exec = z.infer<typeof Exec>;

export const ExecResult = z
	.object({
		exitCode: z.int().nullable().meta({description: 'null when it was killed at the timeout.', example: 0}),
		stdout: z.string().meta({description: '1 MiB at most.', example: 'a1b2c3d First commit\n'}),
		stderr: z.string().meta({description: '1 MiB at most.', example: ''}),
		truncated: z.boolean().meta({description: 'Something was cut off.', example: false}),
		timedOut: z.boolean().meta({description: 'It was killed at the timeout.', example: false}),
	})
	.meta({
		id: 'ExecResult',
		description: 'How a command ended.',
		example: {exitCode: 0, stdout: 'a1b2c3d First commit\n', stderr: '', truncated: false, timedOut: false},
	});

export const Stats = z
	.object({
		cpuPercent: z.number().meta({description: '100 is one whole core.', example: 12.5}),
		memoryMiB: z.number().meta({description: 'In use.', example: 310.2}),
		memoryLimitMiB: z.number().meta({description: 'The limit.', example: 2048}),
		processes: z.int().meta({description: 'Processes and threads.', example: 7}),
		processesLimit: z.int().nullable().meta({description: 'The limit.', example: 512}),
		networkReceivedBytes: z.int().meta({description: 'Since the container started.', example: 120_345}),
		networkSentBytes: z.int().meta({description: 'Since the container started.', example: 10_234}),
	})
	.meta({
		id: 'Stats',
		description: 'What a workspace uses now.',
		example: {
			cpuPercent: 12.5,
			memoryMiB: 310.2,
			memoryLimitMiB: 2048,
			processes: 7,
			processesLimit: 512,
			networkReceivedBytes: 120_345,
			networkSentBytes: 10_234,
		},
	});

export const ReadLogs = z
	.strictObject({
		tail: z.coerce
			.number()
			.int()
			.min(0)
			.max(100_000)
			.optional()
			.meta({description: 'Only so many lines from the end.', example: 100}),
		since: z.iso
			.datetime()
			.optional()
			.meta({description: 'Only what came later.', example: '2026-05-01T08:00:00.000Z'}),
		follow: z
			.enum(['true', 'false'])
			.default('false')
			.meta({description: 'Go on until the container ends.', example: 'true'}),
	})
	.meta({id: 'ReadLogs', description: 'Which lines.', example: {tail: 100}});
