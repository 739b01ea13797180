import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Registry} from 'prom-client';
import type {Config} from '../../config.ts';
import {type Listening, listen} from '../listen.ts';

/** What a process tells its operators. */
export interface ForOperators {
	registry: Registry;
	/** Whether the process does its work now, and if not, why. */
	readiness: () => Promise<{status: 'ready' | 'notReady'; reason: string | null}>;
}

/**
 * Serves `/metrics`, `/health/live` and `/health/ready` at OPERATOR_HOST:OPERATOR_PORT. It asks for no credential, so the address must not
 * be reachable for people. Answers null without OPERATOR_PORT; rejects with a sentence for people when the address cannot be had.
 */
export const listenForOperators = async (
	{operatorHost, operatorPort}: Pick<Config, 'operatorHost' | 'operatorPort'>,
	{registry, readiness}: ForOperators,
): Promise<Listening | null> => {
	if (operatorPort === undefined) return null;
	const pages: Record<string, () => Promise<Page>> = {
		'/metrics': async () => ({status: 200, type: registry.contentType, text: await registry.metrics()}),
		'/health/live': async () => json(200, {status: 'alive'}),
		'/health/ready': async () => {
			const answer = await readiness();
			return json(answer.status === 'ready' ? 200 : 503, answer);
		},
	};
	const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const {status, type, text} = await pageFor(request, pages).catch(() => json(500, {error: 'INTERNAL_ERROR'}));
		response.writeHead(status, {'Content-Type': type, 'Cache-Control': 'no-store'});
		response.end(request.method === 'HEAD' ? undefined : text);
	};
	return listen(
		{callback: () => (request, response) => void respond(request, response)},
		{host: operatorHost, port: operatorPort, settings: 'OPERATOR_PORT or OPERATOR_HOST'},
	);
};

interface Page {
	status: number;
	type: string;
	text: string;
}

const pageFor = async (request: IncomingMessage, pages: Record<string, () => Promise<Page>>): Promise<Page> => {
	if (request.method !== 'GET' && request.method !== 'HEAD') return json(405, {error: 'METHOD_NOT_ALLOWED'});
	const [path = ''] = (request.url ?? '').split('?');
	return Object.hasOwn(pages, path) ? pages[path]!() : json(404, {error: 'NOT_FOUND'});
};

const json = (status: number, body: object): Page => ({
	status,
	type: 'application/json; charset=utf-8',
	text: JSON.stringify(body),
});
