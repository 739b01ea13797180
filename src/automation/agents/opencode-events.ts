import {z} from 'zod';
import {readLines} from './json-lines.ts';
import type {TranscriptEntry} from './transcript.ts';

// The events of `opencode run --format json`, as far as they matter here. Everything else is passed over.

const Step = z.object({
	reason: z.string(),
	cost: z.number().catch(0),
	tokens: z.object({
		input: z.number().catch(0),
		output: z.number().catch(0),
		reasoning: z.number().catch(0),
		cache: z.object({read: z.number().catch(0), write: z.number().catch(0)}).catch({read: 0, write: 0}),
	}),
});
export type Step = z.infer<typeof Step>;

const common = {timestamp: z.number(), sessionID: z.string()};
export const OpencodeEvent = z.union([
	z.object({type: z.literal('step_start'), ...common}),
	z.object({type: z.literal('text'), ...common, part: z.object({text: z.string()})}),
	z.object({
		type: z.literal('tool_use'),
		...common,
		part: z.object({
			callID: z.string(),
			tool: z.string(),
			state: z.object({
				status: z.string(),
				input: z.unknown().optional(),
				output: z.string().optional(),
				error: z.string().optional(),
			}),
		}),
	}),
	z.object({type: z.literal('step_finish'), ...common, part: Step}),
	z.object({
		type: z.literal('error'),
		...common,
		error: z.object({
			name: z.string(),
			data: z.object({message: z.string().catch(''), statusCode: z.number().optional()}).catch({message: ''}),
		}),
	}),
]);
export type OpencodeEvent = z.infer<typeof OpencodeEvent>;

export const readOpencodeTranscript = (output: string): TranscriptEntry[] =>
	readLines(output, OpencodeEvent).flatMap(({event, text}) =>
		event === undefined ? [{at: null, type: 'notice', code: 'output', text}] : entriesOf(event),
	);

const entriesOf = (event: OpencodeEvent): TranscriptEntry[] => {
	const at = new Date(event.timestamp).toISOString();
	switch (event.type) {
		case 'text':
			return [{at, type: 'message', role: 'assistant', text: event.part.text}];
		case 'tool_use': {
			// It comes once, when it is over.
			const {callID: id, tool: name, state} = event.part;
			const isError = state.status === 'error';
			return [
				{at, type: 'toolCall', id, name, input: state.input},
				{at, type: 'toolResult', id, output: state.error ?? state.output ?? '', isError},
			];
		}
		case 'error':
			return [{at, type: 'notice', code: 'error', text: event.error.data.message || event.error.name}];
		case 'step_start':
		case 'step_finish':
			return [];
	}
};
