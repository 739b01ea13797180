import type {Json} from '../request.ts';
import {type Content, frame, type Reply} from './reply.ts';

export const responses = ({id, model, pieces, text, tool, usage}: Content): Reply => {
	const frames: string[] = [];
	const output: Json[] = [];
	const push = (type: string, data: Json) => frames.push(frame({type, sequence_number: frames.length, ...data}, type));
	const response = {id: `resp_${id}`, object: 'response', created_at: Math.floor(Date.now() / 1000), model};
	const item = (whole: Json, beginning: Json, deltas: string[]) => {
		const output_index = output.push(whole) - 1;
		push('response.output_item.added', {output_index, item: {...whole, ...beginning, status: 'in_progress'}});
		for (const delta of deltas)
			push('response.output_text.delta', {item_id: whole['id'], output_index, content_index: 0, delta});
		push('response.output_item.done', {output_index, item: whole});
	};

	push('response.created', {response: {...response, status: 'in_progress', output: []}});
	if (text) {
		const content = [{type: 'output_text', text, annotations: []}];
		const whole = {id: `item_${id}`, type: 'message', role: 'assistant', status: 'completed', content};
		item(whole, {content: []}, pieces);
	}
	if (tool) item(toolItem(id, tool), {}, []);
	const counted = {
		input_tokens: usage.input,
		input_tokens_details: {cached_tokens: usage.cacheRead},
		output_tokens: usage.output,
		output_tokens_details: {reasoning_tokens: 0},
		total_tokens: usage.input + usage.output,
	};
	const json = {...response, status: 'completed', output, usage: counted};
	push('response.completed', {response: json});
	return {frames, json};
};

/** A tool that takes code takes it as it is; the others take JSON. */
const toolItem = (id: number, {name, input}: NonNullable<Content['tool']>): Json => {
	const call = {id: `fc_${id}`, status: 'completed', name, call_id: `call_${id}`};
	return 'code' in input
		? {...call, type: 'custom_tool_call', input: input.code}
		: {...call, type: 'function_call', arguments: JSON.stringify(input)};
};
