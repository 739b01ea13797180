import {type Content, frame, type Reply} from './reply.ts';

export const gemini = ({id, model, pieces, text, tool, stop, usage}: Content): Reply => {
	const usageMetadata = {
		promptTokenCount: usage.input,
		candidatesTokenCount: usage.output,
		totalTokenCount: usage.input + usage.output,
		cachedContentTokenCount: usage.cacheRead,
	};
	const call = tool ? [{functionCall: {name: tool.name, args: tool.input}}] : [];
	const finishReason = stop ?? 'STOP';
	const candidate = (parts: object[], isLast: boolean) => ({
		candidates: [{content: {role: 'model', parts}, index: 0, ...(isLast ? {finishReason} : {})}],
		usageMetadata,
		modelVersion: model,
		responseId: `resp_${id}`,
	});
	const parts = [...pieces.map(piece => ({text: piece})), ...call];
	return {
		frames: parts.map((part, index) => frame(candidate([part], index === parts.length - 1))),
		json: candidate([...(text ? [{text}] : []), ...call], true),
	};
};
