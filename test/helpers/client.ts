import {setTimeout as pause} from 'node:timers/promises';
import type {OperationView} from '../../src/workspaces/operation.schema.ts';
import type {WorkspaceEventView} from '../../src/workspaces/workspace-event.schema.ts';
import type {WorkspaceView} from '../../src/workspaces/workspace.schema.ts';

export interface Answer {
	status: number;
	headers: Headers;
	// What a program sees: tests look into it field by field.
	// oxlint-disable-next-line typescript/no-explicit-any
	body: any;
}

export type TestClient = ReturnType<typeof createClient>;

/** A program that uses the API over HTTP, with these headers in each request. */
export const createClient = (url: string, common: Record<string, string> = {}) => {
	const base = `${url}/api/v1`;

	const send = async (
		method: string,
		path: string,
		body?: unknown,
		headers: Record<string, string> = {},
	): Promise<Answer> => {
		const response = await fetch(`${base}${path}`, {
			method,
			headers: {...common, ...(body === undefined ? {} : {'content-type': 'application/json'}), ...headers},
			...(body === undefined ? {} : {body: typeof body === 'string' ? body : JSON.stringify(body)}),
		});
		const text = await response.text();
		const isJson = response.headers.get('content-type')?.includes('json') ?? false;
		return {status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text};
	};
	const get = (path: string, headers?: Record<string, string>) => send('GET', path, undefined, headers);
	const post = (path: string, body?: unknown, headers?: Record<string, string>) => send('POST', path, body, headers);

	const until = async <T>(what: string, seconds: number, look: () => Promise<T | null | false>): Promise<T> => {
		for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await pause(50)) {
			const found = await look();
			if (found) return found;
		}
		throw new Error(`Not within ${seconds} s: ${what}`);
	};

	const operation = async (id: string): Promise<OperationView> => (await get(`/operations/${id}`)).body;

	return {
		url,
		headers: common,
		send,
		get,
		post,
		until,
		operation,
		workspace: async (id: string): Promise<WorkspaceView> => (await get(`/workspaces/${id}`)).body,

		/** The operation, once it has ended. */
		ended: (id: string, seconds = 60): Promise<OperationView> =>
			until(`the end of operation ${id}`, seconds, async () => {
				const found = await operation(id);
				return !['queued', 'running'].includes(found.status) && found;
			}),

		/** Sends a command and waits for the end of its operation. */
		async command(id: string, name: string): Promise<OperationView> {
			const {status, body} = await post(`/workspaces/${id}/${name}`);
			if (status !== 202) throw new Error(`${name} was answered with ${status}: ${JSON.stringify(body)}`);
			return this.ended(body.operationId);
		},

		/** A new workspace, once its first operation has ended. */
		async create(input: Record<string, unknown>): Promise<WorkspaceView> {
			const {status, body} = await post('/workspaces', input);
			if (status !== 201) throw new Error(`create was answered with ${status}: ${JSON.stringify(body)}`);
			await this.ended(body.operation.id);
			return this.workspace(body.id);
		},

		/** The live events after `after`, one by one, until the stream ends or the signal. */
		async *events(id: string, after: string, signal: AbortSignal): AsyncGenerator<WorkspaceEventView> {
			const headers = {...common, 'last-event-id': after};
			const response = await fetch(`${base}/workspaces/${id}/events`, {headers, signal});
			let buffer = '';
			for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
				buffer += chunk;
				const frames = buffer.split('\n\n');
				buffer = frames.pop()!;
				for (const frame of frames) {
					const data = /^data: (.*)$/m.exec(frame)?.[1];
					if (data) yield JSON.parse(data);
				}
			}
		},
	};
};
