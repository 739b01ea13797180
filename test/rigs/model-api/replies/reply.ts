import type {Call, Json} from '../request.ts';
import type {Step} from '../scenarios.ts';

/** The same answer twice: as the frames of a stream, and as one document. */
export interface Reply {
	frames: string[];
	json: Json;
}

/** What a protocol needs to write an answer. */
export interface Content {
	id: number;
	model: string;
	pieces: string[];
	text: string;
	tool: {name: string; input: object} | null;
	stop: string | undefined;
	usage: {input: number; output: number; cacheRead: number; cacheWrite: number};
}

export const contentOf = (step: Step, call: Call, tool: Content['tool'], id: number): Content => {
	const words = Array.from({length: step.words ?? 0}, (_, index) => `word${index + 1}`).join(' ');
	const text = step.text ?? (step.words === undefined && tool === null ? 'ok' : words);
	const pieces = text.match(/\S+\s*|\s+/g) ?? [];
	const usage = {
		// About what a tokenizer would say.
		input: Math.ceil(JSON.stringify(call.body).length / 4),
		output: pieces.length + (tool ? 20 : 0),
		cacheRead: 0,
		cacheWrite: 0,
		...step.usage,
	};
	return {id, model: call.model, pieces, text, tool, stop: step.stop, usage};
};

export const frame = (data: Json | string, event?: string): string =>
	`${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
