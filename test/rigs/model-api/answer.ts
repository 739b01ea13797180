import type {ServerResponse} from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {anthropic} from './replies/anthropic.ts';
import {chat} from './replies/chat.ts';
import {gemini} from './replies/gemini.ts';
import {type Content, contentOf, type Reply} from './replies/reply.ts';
import {responses} from './replies/responses.ts';
import {type Call, type Protocol, toolCallOf} from './request.ts';
import type {Step} from './scenarios.ts';

const replies: Record<Protocol, (content: Content) => Reply> = {anthropic, responses, chat, gemini};

/** Lets the last bytes out before the connection is cut. */
const CUT_AFTER_MS = 20;

export const answer = async (response: ServerResponse, call: Call, step: Step, id: number): Promise<void> => {
	if (step.hang === 'headers') return;
	if (step.drop === 0) return void response.destroy();
	if (step.error !== undefined) return sendError(response, call.protocol, step.error, step.retryAfter, id);
	const {frames, json} = replies[call.protocol](contentOf(step, call, toolCallOf(step, call), id));
	const isWhole = step.hang === undefined && step.drop === undefined;
	if (!call.isStream && isWhole) return sendJson(response, 200, json);

	response.writeHead(200, {'content-type': call.isStream ? 'text/event-stream' : 'application/json'});
	const end = step.drop ?? (step.hang ? Math.ceil(frames.length / 2) : frames.length);
	for (const frame of call.isStream ? frames.slice(0, end) : ['{']) {
		if (step.delayMs) await pause(step.delayMs);
		if (response.destroyed) return;
		response.write(frame);
	}
	if (step.drop !== undefined) setTimeout(() => response.destroy(), CUT_AFTER_MS);
	else if (!step.hang) response.end();
};

export const sendJson = (
	response: ServerResponse,
	status: number,
	body: unknown,
	headers: Record<string, string> = {},
): void => {
	response.writeHead(status, {'content-type': 'application/json', ...headers}).end(JSON.stringify(body));
};

const sendError = (
	response: ServerResponse,
	protocol: Protocol,
	status: number,
	retryAfter: number | undefined,
	id: number,
): void => {
	const [type, word] = words[status] ?? ['api_error', 'INTERNAL'];
	const message = `scripted ${status}`;
	const bodies: Record<Protocol, object> = {
		anthropic: {type: 'error', error: {type, message}, request_id: `req_${id}`},
		gemini: {error: {code: status, message, status: word}},
		responses: {error: {message, type, code: type, param: null}},
		chat: {error: {message, type, code: type, param: null}},
	};
	sendJson(response, status, bodies[protocol], retryAfter === undefined ? {} : {'retry-after': String(retryAfter)});
};

/** What the providers call them. */
const words: Record<number, [string, string]> = {
	400: ['invalid_request_error', 'INVALID_ARGUMENT'],
	401: ['authentication_error', 'UNAUTHENTICATED'],
	403: ['permission_error', 'PERMISSION_DENIED'],
	429: ['rate_limit_error', 'RESOURCE_EXHAUSTED'],
	529: ['overloaded_error', 'UNAVAILABLE'],
};
