// node server.ts
// Listens on loopback and says where on the first line of its output. GET /_rig/requests: what was asked so far, of one `?scenario=` if it is named.
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {answer, sendJson} from './answer.ts';
import {type Body, type Json, place, readCall} from './request.ts';
import {scenarios, type Step} from './scenarios.ts';

const log: Json[] = [];
const attempts = new Map<string, number>();
let serial = 0;

const server = createServer((request, response) => {
	handle(request, response).catch((error: unknown) => {
		log.push({failure: String(error), path: request.url});
		response.destroy();
	});
});
// Codex tries a WebSocket first.
server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'));
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => {
	console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const {pathname: path, searchParams} = new URL(request.url ?? '/', 'http://rig');
	if (path === '/_rig/requests') return sendJson(response, 200, logOf(searchParams.get('scenario')));
	const id = ++serial;
	const text = await textOf(request);
	const body = (text === '' ? {} : JSON.parse(text)) as Body;
	const {headers, method} = request;
	const session = String(headers['x-claude-code-session-id'] ?? headers['session_id'] ?? body.prompt_cache_key ?? '');
	const call = method === 'POST' ? readCall(path, body, session) : null;
	if (!call) {
		log.push({method, path, headers});
		if (path.endsWith('/models')) return sendJson(response, 200, {object: 'list', data: [], models: []});
		if (/count_?tokens$/i.test(path)) return sendJson(response, 200, {input_tokens: Math.ceil(text.length / 4)});
		return sendJson(response, 404, {error: {message: `not scripted: ${method} ${path}`}});
	}
	const {name, turn} = place(call, scenarios);
	log.push({method, path, headers, body, model: call.model, scenario: name, turn});
	await answer(response, call, stepOf(name, turn, session), id);
}

function logOf(scenario: string | null): Json[] {
	return scenario === null ? log : log.filter(entry => entry['scenario'] === scenario);
}

function stepOf(name: string, turn: number, session: string): Step {
	const turns = scenarios[name] ?? [];
	const chosen = turns[Math.min(turn, turns.length - 1)] ?? {};
	if (!Array.isArray(chosen)) return chosen;
	const key = `${name}/${turn}/${session}`;
	const attempt = attempts.get(key) ?? 0;
	attempts.set(key, attempt + 1);
	return chosen[Math.min(attempt, chosen.length - 1)] ?? {};
}

async function textOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}
