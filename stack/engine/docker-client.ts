import {setTimeout as sleep} from 'node:timers/promises';
import Docker from 'dockerode';

/** A client for the engine at `host`: unix:///path or tcp://host:port. */
export function dockerClient(host: string): Docker {
	const url = new URL(host);
	return url.protocol === 'unix:'
		? new Docker({socketPath: url.pathname})
		: new Docker({
				protocol: url.protocol === 'https:' ? 'https' : 'http',
				host: url.hostname,
				port: Number(url.port || 2375),
			});
}

/** Null when an engine answers within three seconds, otherwise the reason why not. */
export async function whyNoAnswer(host: string): Promise<string | null> {
	try {
		const late = sleep(3000, 'no answer', {ref: false});
		return await Promise.race([
			dockerClient(host)
				.ping()
				.then(() => null),
			late,
		]);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code ?? String(error);
	}
}
