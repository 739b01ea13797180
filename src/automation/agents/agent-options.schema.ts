import {z} from 'zod';

export const permissionModes = ['dontAsk', 'manual', 'plan', 'acceptEdits', 'auto', 'bypassPermissions'] as const;
export type PermissionMode = (typeof permissionModes)[number];

const noNul = (value: string) => !value.includes('\0');
const text = (longest: number) =>
	z
		.string()
		.min(1)
		.max(longest)
		.refine(noNul, {params: {code: 'NUL_NOT_ALLOWED'}});

/** A letter first, so that none is ever read as an option of the agent's command line. */
const Tools = z.array(
	z
		.string()
		.max(200)
		.regex(/^[A-Za-z][^\0\r\n]*$/),
);

const Values = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]*$/), text(32_768));

const StdioServer = z.strictObject({
	type: z.literal('stdio').meta({description: 'A program in the workspace, spoken to over its standard streams.'}),
	command: text(4096).meta({description: 'The program.', example: 'npx'}),
	args: z
		.array(text(4096))
		.max(100)
		.default([])
		.meta({description: 'Its arguments.', example: ['-y', 'example-mcp']}),
	env: Values.default({}).meta({description: "Environment on top of the run's. Not for secrets.", example: {}}),
});

const HttpServer = z.strictObject({
	type: z.literal('http').meta({description: 'A server that is reached over HTTP.'}),
	url: z
		.url({protocol: /^https?$/})
		.max(2048)
		.meta({description: 'Its address.', example: 'https://mcp.example.com'}),
	headers: Values.default({}).meta({description: 'Headers of every request. Not for secrets.', example: {}}),
});

export const McpServer = z.discriminatedUnion('type', [StdioServer, HttpServer]).meta({
	id: 'McpServer',
	description: 'A tool server that an agent may use (Model Context Protocol).',
	example: {type: 'http', url: 'https://mcp.example.com', headers: {}},
});
export type McpServer = z.infer<typeof McpServer>;

export const AgentOptions = z
	.strictObject({
		permissionMode: z.enum(permissionModes).default('dontAsk').meta({
			description:
				'What the agent may do by itself, in the words of Claude Code. dontAsk: only what it may always do and what allowedTools lists; everything else is denied. Not every agent has every mode.',
			example: 'dontAsk',
		}),
		allowedTools: Tools.max(100)
			.default([])
			.meta({
				description: 'Tools that need no permission, as the agent names them.',
				example: ['Bash(npm test)', 'Edit'],
			}),
		disallowedTools: Tools.max(100)
			.default([])
			.meta({description: 'Tools that the agent does not get, in every mode.', example: ['WebFetch']}),
		maxTurns: z
			.int()
			.min(1)
			.max(10_000)
			.nullable()
			.default(null)
			.meta({description: 'Turns after which the run is ended; null: no limit.', example: 50}),
		maxBudgetUsd: z.number().min(0.01).max(10_000).nullable().default(null).meta({
			description:
				'What one attempt may cost, as the agent reckons; null: no limit. It is looked at after each reply, so one reply more may be paid.',
			example: 5,
		}),
		appendSystemPrompt: text(20_000)
			.nullable()
			.default(null)
			.meta({description: 'Added to the instructions that the agent always has.', example: 'Answer in French.'}),
		mcpServers: z
			.record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/), McpServer)
			.refine(servers => Object.keys(servers).length <= 20, {params: {code: 'TOO_MANY', limit: 20}})
			.default({})
			.meta({description: 'Tool servers of this run, by name. No other is started.', example: {}}),
	})
	.meta({
		id: 'AgentOptions',
		description: 'How an agent runs. An option that the chosen agent cannot honour is refused.',
		example: {permissionMode: 'dontAsk', allowedTools: ['Bash(npm test)', 'Edit'], maxTurns: 50},
	});
export type AgentOptions = z.infer<typeof AgentOptions>;
