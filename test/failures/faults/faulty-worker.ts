import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Hit, Plan} from './faults.ts';

/** A worker in a process of its own that dies as planned, and is started again each time, as an orchestrator would. */
export interface FaultyWorker {
	/** Replaces what is planned. Resolves when the process that runs now knows. */
	plan(plans: Plan[]): Promise<void>;
	/** Which workspaces had their fault. */
	hit: Set<string>;
	/** How often it died. */
	deaths: number;
	/** As a machine that loses power would. It is started again. */
	kill(): Promise<void>;
	/** Resolves when a worker is there to work. */
	ready(): Promise<void>;
	stop(): Promise<void>;
}

const script = fileURLToPath(new URL('worker-process.ts', import.meta.url));

export const startFaultyWorker = async (env: NodeJS.ProcessEnv): Promise<FaultyWorker> => {
	let plans: Plan[] = [];
	let child: ChildProcess;
	let isReady: Promise<void>;
	let stopping = false;

	const start = (): void => {
		child = fork(script, {env, stdio: ['ignore', 'inherit', 'inherit', 'ipc']});
		const {promise, resolve, reject} = Promise.withResolvers<void>();
		isReady = promise;
		isReady.catch(() => {});
		child.send(plans);
		child.on('message', (message: Hit | 'ready') => {
			if (message === 'ready') return resolve();
			worker.hit.add(message.workspace);
			plans = plans.filter(({workspace}) => workspace !== message.workspace);
		});
		child.once('exit', (code, signal) => {
			reject(new Error(`The worker ended with ${code ?? signal} before it was ready.`));
			if (stopping) return;
			worker.deaths += 1;
			start();
		});
	};

	const worker: FaultyWorker = {
		hit: new Set(),
		deaths: 0,
		async plan(next) {
			plans = next;
			worker.hit.clear();
			await new Promise<void>((resolve, reject) => child.send(plans, error => (error ? reject(error) : resolve())));
		},
		async kill() {
			const exit = once(child, 'exit');
			child.kill('SIGKILL');
			await exit;
		},
		async ready() {
			for (;;) {
				const current = isReady;
				try {
					await current;
					return;
				} catch (error) {
					// It died meanwhile, and another is on its way.
					if (current === isReady) throw error;
				}
			}
		},
		async stop() {
			stopping = true;
			if (child.exitCode !== null || child.signalCode !== null) return;
			const exit = once(child, 'exit');
			child.kill('SIGTERM');
			await exit;
		},
	};
	start();
	await worker.ready();
	return worker;
};
