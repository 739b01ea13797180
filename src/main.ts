import {createApp} from './app.ts';
import {loadConfigOrExit} from './config.ts';
import {listen} from './http/listen.ts';
import {createMetrics} from './http/monitoring/metrics.ts';
import {listenForOperators} from './http/monitoring/operators.ts';
import {createLogger} from './logger.ts';
import {createRouters} from './routers.ts';
import {createServices} from './services.ts';

const config = loadConfigOrExit();
const log = createLogger(config);

const die = (err: unknown) => {
	log.fatal({err}, 'the API stops: an error that nobody handled');
	process.exit(1);
};
process.on('unhandledRejection', die);
process.on('uncaughtException', die);

const services = await createServices(config, log, {migrate: true});
const stopping = new AbortController();
const metrics = createMetrics();
const operators = {
	registry: metrics.registry,
	readiness: () => services.health.readiness({stopping: stopping.signal.aborted}),
};
const [server, operatorServer] = await Promise.all([
	listen(createApp({...services, metrics, routers: createRouters(services), shutdown: stopping.signal}), config),
	listenForOperators(config, operators),
]).catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exit(1);
});

log.info(
	{url: server.url, operators: operatorServer?.url, authentication: config.enableAuth},
	config.enableAuth
		? `listening on ${server.url}; people sign in with the realm ${config.keycloakRealm} of ${config.keycloakServerUrl}`
		: `listening on ${server.url}; signing in is off: whoever reaches this address is the administrator`,
);

const stop = async (signal: NodeJS.Signals) => {
	log.info({signal}, 'stopping');
	stopping.abort();
	setTimeout(() => process.exit(1), 20_000).unref();
	await server.close(10_000);
	await operatorServer?.close(0);
	await services.close();
	log.info('stopped');
	process.exit(0);
};
process.once('SIGTERM', signal => void stop(signal));
process.once('SIGINT', signal => void stop(signal));
