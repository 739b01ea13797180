import {once} from 'node:events';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';

export interface Listening {
	url: string;
	/** Takes no more connections, lets requests end, and cuts what is left after `graceMs`. */
	close(graceMs: number): Promise<void>;
}

/** Starts to listen. Rejects with a sentence for people when the address cannot be had. */
export const listen = async (
	app: {callback(): RequestListener},
	{host, port, settings = 'PORT or HOST'}: {host: string; port: number; settings?: string},
): Promise<Listening> => {
	const handle = app.callback();
	let closing = false;
	const server = createServer((request, response) => {
		if (closing) response.setHeader('Connection', 'close');
		return handle(request, response);
	});
	server.listen({host, port});
	await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
		const reason = reasons[error.code ?? ''] ?? error.message;
		throw new Error(`Cannot listen on ${host}:${port}: ${reason}. Set ${settings} to another.`, {cause: error});
	});
	const address = server.address() as AddressInfo;
	const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
	return {
		url: `http://${name}:${address.port}`,
		close: async graceMs => {
			closing = true;
			const closed = once(server, 'close');
			server.close();
			// A connection whose answer was already on its way stays open for a next request that nobody will take.
			const sweep = setInterval(() => server.closeIdleConnections(), 50);
			const cut = setTimeout(() => server.closeAllConnections(), graceMs);
			await closed;
			clearInterval(sweep);
			clearTimeout(cut);
		},
	};
};

const reasons: Record<string, string> = {
	EADDRINUSE: 'another program already listens there',
	EADDRNOTAVAIL: 'this machine has no such address',
	EACCES: 'this user may not listen there',
	ENOTFOUND: 'there is no such host',
};
