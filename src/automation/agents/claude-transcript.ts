import {ClaudeEvent} from './claude-events.ts';
import {readLines} from './json-lines.ts';
import type {NoticeCode, TranscriptEntry} from './transcript.ts';

export const readClaudeTranscript = (output: string): TranscriptEntry[] =>
	readLines(output, ClaudeEvent).flatMap(({event, text}) =>
		event === undefined ? [notice('output', text)] : entriesOf(event),
	);

const entriesOf = (event: ClaudeEvent): TranscriptEntry[] => {
	switch (event.type) {
		case 'assistant':
			return ofAssistant(event);
		case 'user':
			return ofUser(event);
		case 'result':
			// What went wrong with the provider was said already, as a reply.
			return event.result === undefined ? event.errors.map(error => notice('error', error)) : [];
		case 'system':
			return ofSystem(event);
	}
};

const ofSystem = (event: Extract<ClaudeEvent, {type: 'system'}>): TranscriptEntry[] => {
	switch (event.subtype) {
		case 'init':
			return event.mcp_servers.filter(({status}) => status === 'failed').map(({name}) => notice('serverFailed', name));
		case 'api_retry': {
			const {attempt, max_retries: most, error_status: status, error} = event;
			return [notice('retry', `${attempt}/${most} ${error}${status === null ? '' : ` (${status})`}`)];
		}
		case 'permission_denied':
			return [notice('permissionDenied', `${event.tool_name}: ${event.message}`)];
	}
};

const ofAssistant = (event: Extract<ClaudeEvent, {type: 'assistant'}>): TranscriptEntry[] => {
	const at = event.timestamp ?? null;
	return event.message.content.flatMap((block): TranscriptEntry[] => {
		if (block.type === 'tool_use') return [{at, type: 'toolCall', id: block.id, name: block.name, input: block.input}];
		if (block.type !== 'text') return [];
		if (event.is_api_error_message === true) return [{...notice('error', block.text), at}];
		return [{at, type: 'message', role: 'assistant', text: block.text}];
	});
};

const ofUser = (event: Extract<ClaudeEvent, {type: 'user'}>): TranscriptEntry[] => {
	const at = event.timestamp ?? null;
	const {content} = event.message;
	if (typeof content === 'string') return [{at, type: 'message', role: 'user', text: content}];
	return content.flatMap((block): TranscriptEntry[] => {
		if (block.type === 'text') return [{at, type: 'message', role: 'user', text: block.text}];
		if (block.type !== 'tool_result') return [];
		const {tool_use_id: id, is_error: isError = false} = block;
		return [{at, type: 'toolResult', id, output: textOf(block.content), isError}];
	});
};

/** A tool answers with a text, or with blocks of which some are texts. */
const textOf = (content: unknown): string => {
	if (typeof content === 'string') return content;
	if (!Array.isArray(content)) return content === undefined ? '' : JSON.stringify(content);
	return content
		.map((block: {text?: unknown} | null) => (typeof block?.text === 'string' ? block.text : ''))
		.join('\n');
};

const notice = (code: NoticeCode, text: string): TranscriptEntry => ({at: null, type: 'notice', code, text});
