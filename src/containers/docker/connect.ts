import http from 'node:http';
import https from 'node:https';
import {inspect} from 'node:util';
import Dockerode from 'dockerode';

const kept = {keepAlive: true, maxFreeSockets: 32};

/**
 * A client that keeps its connections open between calls. `host` is `unix:///path`, a bare path, `tcp://host:port`, `http://…` or
 * `https://…`. An engine behind client certificates needs a Dockerode of the caller's own.
 */
export const connect = (host: string): Dockerode => {
	if (host.startsWith('unix://') || host.startsWith('/')) {
		// `host` is given, as undefined, because docker-modem otherwise takes the one of DOCKER_HOST.
		const options = {socketPath: host.replace(/^unix:\/\//, ''), host: undefined, agent: briefly(new http.Agent(kept))};
		return new Dockerode(options);
	}
	const url = new URL(host);
	const protocol = url.protocol === 'https:' ? 'https' : 'http';
	const agent = protocol === 'https' ? briefly(new https.Agent(kept)) : briefly(new http.Agent(kept));
	const options = {
		socketPath: undefined,
		host: url.hostname,
		port: url.port || (protocol === 'https' ? 2376 : 2375),
		protocol,
		agent,
	} as const;
	return new Dockerode(options);
};

/**
 * docker-modem describes each request for its debug log, also when nobody reads that log. Told in full, an agent with its
 * connections takes longer to describe than the engine takes to answer.
 */
const briefly = <T extends http.Agent>(agent: T): T =>
	Object.defineProperty(agent, inspect.custom, {value: () => 'Agent', enumerable: false});
