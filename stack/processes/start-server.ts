import {choosePort} from '../ports.ts';
import {type Command, EndedAtOnce, type ServerProcess, startProcess, waitUntilReady} from './server-process.ts';

const TRIES = 3;

/** How to start a server at a port, and how to see that it answers there. */
export interface Startable {
	commandAt: (port: number) => Command;
	isReady: (port: number, pid: number) => Promise<boolean> | boolean;
}

/**
 * Starts a server at the wanted port, or at any other when that is taken, and waits until it answers. A free port may be taken (be it for one end of
 * somebody's connection) before the server listens at it: one that ends at once is started again.
 */
export async function startServer(
	{commandAt, isReady}: Startable,
	wanted?: number,
): Promise<ServerProcess & {port: number}> {
	for (let attempt = 1; ; attempt++) {
		const port = await choosePort(wanted);
		const command = commandAt(port);
		const server = await startProcess(command);
		try {
			await waitUntilReady(server, command, () => isReady(port, server.pid));
			return {...server, port};
		} catch (error) {
			if (!(error instanceof EndedAtOnce) || attempt === TRIES) throw error;
			command.report(`${command.title} ended at once; once more.`);
		}
	}
}
