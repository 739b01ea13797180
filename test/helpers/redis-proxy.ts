import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';

/** A way to the run's Redis that can fail without failing for anyone else. */
export interface RedisProxy {
	url: string;
	/** Takes what is sent, and answers nothing. */
	hang(): void;
	/** Cuts every connection and takes no new one. */
	cut(): void;
	resume(): void;
	close(): Promise<void>;
}

export const startRedisProxy = async (redisUrl: string): Promise<RedisProxy> => {
	const target = new URL(redisUrl);
	const sockets = new Set<Socket>();
	let mode: 'pass' | 'hang' | 'cut' = 'pass';
	const server = createServer(client => {
		if (mode === 'cut') {
			client.destroy();
			return;
		}
		const redis = connect(Number(target.port), target.hostname);
		for (const [from, to] of [
			[client, redis],
			[redis, client],
		] as const) {
			sockets.add(from);
			from.on('data', chunk => {
				if (mode === 'pass') to.write(chunk);
			});
			from.on('error', () => to.destroy());
			from.on('close', () => {
				sockets.delete(from);
				to.destroy();
			});
		}
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = new URL(redisUrl);
	url.port = String((server.address() as AddressInfo).port);
	url.hostname = '127.0.0.1';
	const cutAll = () => {
		for (const socket of sockets) socket.destroy();
	};
	return {
		url: url.href,
		hang() {
			mode = 'hang';
		},
		cut() {
			mode = 'cut';
			cutAll();
		},
		resume() {
			mode = 'pass';
		},
		async close() {
			server.close();
			cutAll();
			await once(server, 'close');
		},
	};
};
