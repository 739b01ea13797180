import {z} from 'zod';
import {readLines} from './json-lines.ts';
import type {TranscriptEntry} from './transcript.ts';

// The events of `codex exec --json`, as far as they matter here. Everything else is passed over.

const Item = z.union([
	z.object({id: z.string(), type: z.literal('agent_message'), text: z.string()}),
	z.object({
		id: z.string(),
		type: z.literal('command_execution'),
		command: z.string(),
		aggregated_output: z.string().catch(''),
		exit_code: z.number().nullable().catch(null),
		status: z.string(),
	}),
	z.object({
		id: z.string(),
		type: z.literal('mcp_tool_call'),
		server: z.string(),
		tool: z.string(),
		arguments: z.unknown().optional(),
		result: z.unknown().optional(),
		error: z.object({message: z.string()}).nullish(),
	}),
	z.object({id: z.string(), type: z.literal('file_change'), changes: z.unknown().optional(), status: z.string()}),
	z.object({id: z.string(), type: z.literal('error'), message: z.string()}),
]);
type Item = z.infer<typeof Item>;

export const CodexEvent = z.union([
	z.object({type: z.literal('thread.started'), thread_id: z.string()}),
	z.object({type: z.enum(['item.started', 'item.completed']), item: Item}),
	z.object({type: z.literal('error'), message: z.string()}),
	z.object({type: z.literal('turn.failed'), error: z.object({message: z.string()})}),
	z.object({
		type: z.literal('turn.completed'),
		usage: z.object({
			input_tokens: z.number().catch(0),
			cached_input_tokens: z.number().catch(0),
			cache_write_input_tokens: z.number().catch(0),
			output_tokens: z.number().catch(0),
		}),
	}),
]);
type CodexEvent = z.infer<typeof CodexEvent>;

export const readCodexTranscript = (output: string): TranscriptEntry[] => {
	const started = new Set<string>();
	return readLines(output, CodexEvent).flatMap(({event, text}): TranscriptEntry[] => {
		if (event === undefined) return [{at: null, type: 'notice', code: 'output', text}];
		if (event.type === 'item.started') started.add(event.item.id);
		// Of some it says only the end.
		const missing = event.type === 'item.completed' && !started.has(event.item.id) ? call(event.item) : [];
		return [...missing, ...entriesOf(event)];
	});
};

const entriesOf = (event: CodexEvent): TranscriptEntry[] => {
	switch (event.type) {
		case 'error': {
			const code = event.message.startsWith('Reconnecting') ? 'retry' : 'error';
			return [{at: null, type: 'notice', code, text: event.message}];
		}
		case 'item.started':
			return call(event.item);
		case 'item.completed':
			return outcome(event.item);
		case 'thread.started':
		case 'turn.completed':
		// Its message was an event of its own before.
		case 'turn.failed':
			return [];
	}
};

const call = (item: Item): TranscriptEntry[] => {
	const {id} = item;
	if (item.type === 'command_execution')
		return [{at: null, type: 'toolCall', id, name: 'shell', input: {command: item.command}}];
	if (item.type === 'mcp_tool_call')
		return [{at: null, type: 'toolCall', id, name: `${item.server}.${item.tool}`, input: item.arguments}];
	if (item.type === 'file_change') return [{at: null, type: 'toolCall', id, name: 'apply_patch', input: item.changes}];
	return [];
};

const outcome = (item: Item): TranscriptEntry[] => {
	const {id} = item;
	switch (item.type) {
		case 'agent_message':
			return [{at: null, type: 'message', role: 'assistant', text: item.text}];
		case 'error':
			return [{at: null, type: 'notice', code: 'error', text: item.message}];
		case 'command_execution':
			return [{at: null, type: 'toolResult', id, output: item.aggregated_output, isError: item.exit_code !== 0}];
		case 'mcp_tool_call': {
			const output = item.error?.message ?? JSON.stringify(item.result ?? null);
			return [{at: null, type: 'toolResult', id, output, isError: Boolean(item.error)}];
		}
		case 'file_change':
			return [{at: null, type: 'toolResult', id, output: item.status, isError: item.status === 'failed'}];
	}
};
