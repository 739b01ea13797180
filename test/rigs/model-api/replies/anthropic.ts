import type {Json} from '../request.ts';
import {type Content, frame, type Reply} from './reply.ts';

export const anthropic = ({id, model, pieces, text, tool, stop, usage}: Content): Reply => {
	const frames: string[] = [];
	const content: Json[] = [];
	const push = (type: string, data: Json) => frames.push(frame({type, ...data}, type));
	const counted = {
		input_tokens: usage.input,
		cache_creation_input_tokens: usage.cacheWrite,
		cache_read_input_tokens: usage.cacheRead,
		output_tokens: usage.output,
	};
	const message = {id: `msg_${id}`, type: 'message', role: 'assistant', model, stop_sequence: null};
	const stop_reason = stop ?? (tool ? 'tool_use' : 'end_turn');
	const block = (start: Json, deltas: Json[], whole: Json) => {
		const index = content.push(whole) - 1;
		push('content_block_start', {index, content_block: start});
		for (const delta of deltas) push('content_block_delta', {index, delta});
		push('content_block_stop', {index});
	};

	push('message_start', {message: {...message, content: [], stop_reason: null, usage: {...counted, output_tokens: 1}}});
	if (text) {
		const deltas = pieces.map(piece => ({type: 'text_delta', text: piece}));
		block({type: 'text', text: ''}, deltas, {type: 'text', text});
	}
	if (tool) {
		const use = {type: 'tool_use', id: `toolu_${id}`, name: tool.name};
		const deltas = [{type: 'input_json_delta', partial_json: JSON.stringify(tool.input)}];
		block({...use, input: {}}, deltas, {...use, input: tool.input});
	}
	push('message_delta', {delta: {stop_reason, stop_sequence: null}, usage: {output_tokens: usage.output}});
	push('message_stop', {});
	return {frames, json: {...message, content, stop_reason, usage: counted}};
};
