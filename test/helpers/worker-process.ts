import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

export interface WorkerProcess {
	/** As a machine that loses power would: no time for anything. */
	kill(): Promise<void>;
	/** As an operator would. Answers the exit code. */
	stop(): Promise<number | null>;
}

const script = fileURLToPath(new URL('../../temporal/worker.ts', import.meta.url));

/** A worker as it runs in production, ready for work. Rejects when it is not ready within 30 s. */
export const startWorkerProcess = async (env: NodeJS.ProcessEnv): Promise<WorkerProcess> => {
	const child = spawn(process.execPath, [script], {
		env: {...env, LOG_LEVEL: 'info'},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const output: string[] = [];
	const ready = new Promise<void>((resolve, reject) => {
		const give = (reason: string) => reject(new Error(`${reason}\n${output.join('').slice(-2000)}`));
		const timer = setTimeout(() => give('The worker was not ready within 30 s.'), 30_000);
		child.once('exit', code => give(`The worker ended with ${code}.`));
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk: Buffer) => {
				output.push(chunk.toString());
				if (!chunk.toString().includes('"msg":"ready"')) return;
				clearTimeout(timer);
				resolve();
			});
		}
	});
	await ready;
	return {
		async kill() {
			await end(child, 'SIGKILL');
		},
		stop: () => end(child, 'SIGTERM'),
	};
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
	if (child.exitCode === null && child.signalCode === null) {
		child.kill(signal);
		await once(child, 'exit');
	}
	return child.exitCode;
};
