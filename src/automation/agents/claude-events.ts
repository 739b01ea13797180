import {z} from 'zod';

// The events of `claude --output-format stream-json`, as far as they matter here. Everything else is passed over.

const Block = z.union([
	z.object({type: z.literal('text'), text: z.string()}),
	z.object({type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown().optional()}),
	z.object({
		type: z.literal('tool_result'),
		tool_use_id: z.string(),
		content: z.unknown().optional(),
		is_error: z.boolean().optional(),
	}),
	z.object({type: z.literal('other')}),
]);

/** A block of a kind that is new to us must not cost us its neighbours. */
const Blocks = z.array(Block.catch({type: 'other'}));

const Init = z.object({
	type: z.literal('system'),
	subtype: z.literal('init'),
	session_id: z.string(),
	model: z.string().optional(),
	mcp_servers: z.array(z.object({name: z.string(), status: z.string()})).catch([]),
});

const Retry = z.object({
	type: z.literal('system'),
	subtype: z.literal('api_retry'),
	attempt: z.number(),
	max_retries: z.number(),
	error_status: z.number().nullable().catch(null),
	error: z.string().catch('unknown'),
});

const Denied = z.object({
	type: z.literal('system'),
	subtype: z.literal('permission_denied'),
	tool_name: z.string(),
	message: z.string(),
});

const Assistant = z.object({
	type: z.literal('assistant'),
	timestamp: z.string().optional(),
	message: z.object({content: Blocks}),
	/** Then the text is not the model's: it says what came of a request. */
	is_api_error_message: z.boolean().optional(),
	error: z.string().optional(),
});

const User = z.object({
	type: z.literal('user'),
	timestamp: z.string().optional(),
	message: z.object({content: z.union([z.string(), Blocks])}),
});

const ModelUsage = z.object({
	inputTokens: z.number().catch(0),
	outputTokens: z.number().catch(0),
	cacheReadInputTokens: z.number().catch(0),
	cacheCreationInputTokens: z.number().catch(0),
	costUSD: z.number().catch(0),
});

const Result = z.object({
	type: z.literal('result'),
	subtype: z.string(),
	is_error: z.boolean(),
	result: z.string().optional(),
	errors: z.array(z.string()).catch([]),
	num_turns: z.number().catch(0),
	terminal_reason: z.string().nullish(),
	stop_reason: z.string().nullish(),
	api_error_status: z.number().nullable().catch(null),
	model_usage_since_last_result: z.record(z.string(), ModelUsage).catch({}),
});
export type Result = z.infer<typeof Result>;

export const ClaudeEvent = z.union([Init, Retry, Denied, Assistant, User, Result]);
export type ClaudeEvent = z.infer<typeof ClaudeEvent>;
