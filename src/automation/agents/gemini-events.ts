import {z} from 'zod';
import {readLines} from './json-lines.ts';
import type {TranscriptEntry} from './transcript.ts';

// The events of `gemini --output-format stream-json`, as far as they matter here. Everything else is passed over.

const Stats = z.object({
	input: z.number().catch(0),
	output_tokens: z.number().catch(0),
	cached: z.number().catch(0),
});

const timestamp = z.string().optional();
export const GeminiEvent = z.union([
	z.object({type: z.literal('init'), timestamp, session_id: z.string(), model: z.string().optional()}),
	z.object({
		type: z.literal('message'),
		timestamp,
		role: z.enum(['user', 'assistant']),
		content: z.string(),
		delta: z.boolean().optional(),
	}),
	z.object({
		type: z.literal('tool_use'),
		timestamp,
		tool_name: z.string(),
		tool_id: z.string(),
		parameters: z.unknown().optional(),
	}),
	z.object({
		type: z.literal('tool_result'),
		timestamp,
		tool_id: z.string(),
		status: z.string(),
		output: z.string().catch(''),
	}),
	z.object({type: z.literal('error'), timestamp, message: z.string()}),
	z.object({
		type: z.literal('result'),
		timestamp,
		status: z.string(),
		error: z.object({message: z.string()}).optional(),
		stats: Stats.optional(),
	}),
]);
type GeminiEvent = z.infer<typeof GeminiEvent>;

export const readGeminiTranscript = (output: string): TranscriptEntry[] =>
	joinPieces(
		readLines(output, GeminiEvent).flatMap(({event, text}) =>
			event === undefined ? [{at: null, type: 'notice', code: 'output', text}] : entriesOf(event),
		),
	);

const entriesOf = (event: GeminiEvent): TranscriptEntry[] => {
	const at = event.timestamp ?? null;
	switch (event.type) {
		case 'message':
			return [{at, type: 'message', role: event.role, text: event.content}];
		case 'tool_use':
			return [{at, type: 'toolCall', id: event.tool_id, name: event.tool_name, input: event.parameters}];
		case 'tool_result':
			return [{at, type: 'toolResult', id: event.tool_id, output: event.output, isError: event.status !== 'success'}];
		case 'error':
			return [{at, type: 'notice', code: 'error', text: event.message}];
		case 'result':
			return event.error ? [{at, type: 'notice', code: 'error', text: event.error.message}] : [];
		case 'init':
			return [];
	}
};

/** It says its messages word by word. */
const joinPieces = (entries: TranscriptEntry[]): TranscriptEntry[] => {
	const joined: TranscriptEntry[] = [];
	for (const entry of entries) {
		const last = joined.at(-1);
		const goesOn =
			entry.type === 'message' && entry.role === 'assistant' && last?.type === 'message' && last.role === 'assistant';
		if (goesOn) joined[joined.length - 1] = {...last, text: last.text + entry.text};
		else joined.push(entry);
	}
	return joined;
};
