import {z} from 'zod';
import {Page} from '../http/page.ts';
import {noticeCodes} from './agents/transcript.ts';

const at = z
	.string()
	.nullable()
	.meta({description: 'When; null: the agent does not say.', example: '2026-05-01T19:00:02.120Z'});
const callId = z.string().meta({description: 'Of the call.', example: 'toolu_01'});

const Message = z.object({
	at,
	type: z.literal('message').meta({description: 'Something that was said.'}),
	role: z.enum(['user', 'assistant']).meta({description: 'By whom.', example: 'assistant'}),
	text: z.string().meta({description: 'What.', example: 'All tests pass.'}),
});
const ToolCall = z.object({
	at,
	type: z.literal('toolCall').meta({description: 'A tool that the agent used.'}),
	id: callId,
	name: z.string().meta({description: 'Which.', example: 'Bash'}),
	input: z.unknown().meta({description: 'With what.', example: {command: 'npm test'}}),
});
const ToolResult = z.object({
	at,
	type: z.literal('toolResult').meta({description: 'What a tool answered.'}),
	id: callId,
	output: z.string().meta({description: 'What.', example: '42 passed'}),
	isError: z.boolean().meta({description: 'It failed, or was denied.', example: false}),
});
const Notice = z.object({
	at,
	type: z.literal('notice').meta({description: 'Something about the run itself.'}),
	code: z
		.enum(noticeCodes)
		.meta({description: 'What kind; output: a line that is none of the events.', example: 'retry'}),
	text: z.string().meta({description: 'In words of the agent.', example: '529 Overloaded'}),
});

export const TranscriptEntry = z.discriminatedUnion('type', [Message, ToolCall, ToolResult, Notice]).meta({
	id: 'TranscriptEntry',
	description: 'What an agent said or did.',
	example: {at: null, type: 'message', role: 'assistant', text: 'All tests pass.'},
});

export const ReadTranscript = z
	.strictObject({
		page: z.coerce.number().int().min(1).max(100_000).default(1).meta({description: 'Which page, from 1.', example: 1}),
		pageSize: z.coerce
			.number()
			.int()
			.min(1)
			.max(500)
			.default(100)
			.meta({description: 'How many entries a page has.', example: 100}),
	})
	.meta({id: 'ReadTranscript', description: 'Which part.', example: {page: 1}});

export const TranscriptPage = Page(TranscriptEntry).meta({
	id: 'TranscriptPage',
	description: 'A part of a transcript.',
});
