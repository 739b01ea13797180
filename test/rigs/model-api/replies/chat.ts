import type {Json} from '../request.ts';
import {type Content, frame, type Reply} from './reply.ts';

export const chat = ({id, model, pieces, text, tool, stop, usage}: Content): Reply => {
	const frames: string[] = [];
	const finish_reason = stop ?? (tool ? 'tool_calls' : 'stop');
	const head = {id: `chatcmpl-${id}`, created: Math.floor(Date.now() / 1000), model};
	const counted = {
		prompt_tokens: usage.input,
		completion_tokens: usage.output,
		total_tokens: usage.input + usage.output,
		prompt_tokens_details: {cached_tokens: usage.cacheRead},
	};
	const tool_calls = tool && [
		{
			index: 0,
			id: `call_${id}`,
			type: 'function',
			function: {name: tool.name, arguments: JSON.stringify(tool.input)},
		},
	];
	const push = (delta: Json, reason: string | null, more: Json = {}) =>
		frames.push(
			frame({
				...head,
				object: 'chat.completion.chunk',
				choices: [{index: 0, delta, finish_reason: reason}],
				...more,
			}),
		);

	push({role: 'assistant', content: ''}, null);
	for (const content of pieces) push({content}, null);
	if (tool_calls) push({tool_calls}, null);
	push({}, finish_reason, {usage: counted});
	frames.push(frame('[DONE]'));
	const message = {role: 'assistant', content: text || null, ...(tool_calls ? {tool_calls} : {})};
	const choices = [{index: 0, message, finish_reason}];
	return {frames, json: {...head, object: 'chat.completion', choices, usage: counted}};
};
