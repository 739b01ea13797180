import {createServer} from 'node:net';

/** The wanted port when it is free on loopback, otherwise (or when none is wanted) any free one. */
export async function choosePort(wanted?: number): Promise<number> {
	return wanted !== undefined && (await isFree(wanted)) ? wanted : listenOnce(0);
}

/** Whether a server could listen on this port now. */
export async function isFree(port: number): Promise<boolean> {
	return listenOnce(port).then(
		() => true,
		() => false,
	);
}

function listenOnce(port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen({port, host: '127.0.0.1', exclusive: true}, () => {
			const address = server.address();
			server.close(() =>
				address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
			);
		});
	});
}
