// An API of one installation that dies when it is about to wake a workflow: after the commit, before the answer. Started with `fork`.
import {createApp} from '../../../src/app.ts';
import {loadConfig} from '../../../src/config.ts';
import {listen} from '../../../src/http/listen.ts';
import {createLogger} from '../../../src/logger.ts';
import {createRouters} from '../../../src/routers.ts';
import {createServices} from '../../../src/services.ts';

const die = (): Promise<never> => {
	process.kill(process.pid, 'SIGKILL');
	return new Promise(() => {});
};
const config = loadConfig();
const services = await createServices(config, createLogger(config), {
	migrate: false,
	workflows: {wake: die, sweepNow: die},
});
const server = await listen(createApp({...services, routers: createRouters(services)}), {...config, port: 0});
process.send!(server.url);
process.once('disconnect', () => process.exit(0));
