import {mkdtemp, rm} from 'node:fs/promises';
import net from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** A socket in front of the shared engine that can fail as an engine does, without failing for anyone else. */
export interface EngineProxy {
	host: string;
	/** Answers nothing any more, and says nothing: an engine that hangs. Connections stay open. */
	hang(): void;
	/** Hangs once a request to that path has come. */
	hangAfter(path: RegExp): void;
	/** Everything goes on. */
	resume(): void;
	/** Cuts every connection, as a restart does; the next ones work. */
	cut(): void;
	/** Cuts the connection of the next request to a path, after the engine has done it: its answer is lost. */
	loseAnswerOf(path: RegExp): void;
	/** Refuses connections until `listen`. */
	stopListening(): Promise<void>;
	listen(): Promise<void>;
	close(): Promise<void>;
}

export const startEngineProxy = async (engineHost: string): Promise<EngineProxy> => {
	const directory = await mkdtemp(path.join(tmpdir(), 'engine-proxy-'));
	const socket = path.join(directory, 'docker.sock');
	const pairs = new Set<net.Socket>();
	let hanging = false;
	let losing: RegExp | null = null;
	let hangingAfter: RegExp | null = null;

	const forward = (client: net.Socket) => {
		const engine = net.connect(target(engineHost));
		for (const [from, to] of [
			[client, engine],
			[engine, client],
		] as const) {
			pairs.add(from);
			from.on('error', () => to.destroy());
			from.on('close', () => {
				pairs.delete(from);
				to.destroy();
			});
			from.on('end', () => to.end());
			if (hanging) from.pause();
		}
		let lose = false;
		client.on('data', chunk => {
			const request = chunk.toString('latin1').split('\r\n', 1)[0] ?? '';
			if (losing?.test(request)) {
				lose = true;
				losing = null;
			}
			engine.write(chunk);
			if (hangingAfter?.test(request)) {
				hangingAfter = null;
				hang();
			}
		});
		engine.on('data', chunk => (lose ? client.destroy() : client.write(chunk)));
	};
	const server = net.createServer({allowHalfOpen: true}, forward);
	const listen = () => new Promise<void>(resolve => server.listen(socket, resolve));
	const hang = () => {
		hanging = true;
		for (const each of pairs) each.pause();
	};
	const cut = () => {
		for (const each of pairs) each.destroy();
	};
	const stopListening = () =>
		new Promise<void>(resolve => {
			server.close(() => resolve());
			cut();
		});
	await listen();
	return {
		host: `unix://${socket}`,
		hang,
		hangAfter(pattern) {
			hangingAfter = pattern;
		},
		resume() {
			hanging = false;
			for (const each of pairs) each.resume();
		},
		cut,
		loseAnswerOf(pattern) {
			losing = pattern;
		},
		stopListening,
		listen,
		async close() {
			if (server.listening) await stopListening();
			await rm(directory, {recursive: true, force: true});
		},
	};
};

const target = (host: string): net.NetConnectOpts => {
	const allowHalfOpen = true;
	if (host.startsWith('unix://')) return {path: host.slice('unix://'.length), allowHalfOpen};
	const url = new URL(host);
	return {host: url.hostname, port: Number(url.port || 2375), allowHalfOpen};
};
