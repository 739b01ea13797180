import {setTimeout as sleep} from 'node:timers/promises';
import {logFileOf, logTail, startProcess, type Command, type ServerProcess} from './server-process.ts';

/** A process that is started again when it ends without being asked to. */
export interface KeptProcess {
	stop(): Promise<void>;
}

const longestPause = 30_000;

/** Starts the process and keeps it running; the pause before a restart doubles until a process lasts for a minute. */
export async function keepRunning(command: Command): Promise<KeptProcess> {
	const stopping = new AbortController();
	let current = await startProcess(command);
	const watching = watch();
	return {
		async stop() {
			stopping.abort();
			await current.stop();
			await watching;
		},
	};

	async function watch(): Promise<void> {
		let pause = 1000;
		let server: ServerProcess | null = current;
		while (server) {
			const startedAt = Date.now();
			const reason = await server.exited;
			if (stopping.signal.aborted) return;
			if (Date.now() - startedAt > 60_000) pause = 1000;
			const {title, dataDir, name, report} = command;
			report(
				`The ${title} ended (${reason}) and is started again in ${pause / 1000} s; the end of ${logFileOf(dataDir, name)}:`,
			);
			console.log(logTail(dataDir, name));
			await sleep(pause, undefined, {signal: stopping.signal}).catch(() => {});
			pause = Math.min(pause * 2, longestPause);
			server = stopping.signal.aborted ? null : await startProcess(command);
			if (server) current = server;
		}
	}
}
