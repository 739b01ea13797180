import type {Duplex, Readable} from 'node:stream';
import type Dockerode from 'dockerode';
import type {z} from 'zod';
import type {StepContext} from '../container-runtime.ts';
import {Nothing} from './answers.ts';
import type {Labels, Owner} from './labels.ts';
import {watchForSilence} from './watch-for-silence.ts';
import {withDeadline} from './with-deadline.ts';

export interface EngineRequest {
	method: 'GET' | 'POST' | 'DELETE';
	path: string;
	query?: object;
	body?: object;
	/** Status codes that are success as well, e.g. 404 of a removal. */
	alsoFine?: readonly number[];
}

/** One Docker engine, as one installation talks to it. No call waits for ever, and every failure is an `AppError`. */
export interface Engine extends Owner {
	networkPool: string;
	/**
	 * Open files of each container. Becomes null once the engine has refused it: one that itself may open fewer, without the right
	 * to more, can only pass on its own limit.
	 */
	openFiles: number | null;
	/** A call that a healthy engine answers at once. */
	ask<T>(request: EngineRequest, answer: z.ZodType<T>, signal: AbortSignal): Promise<T>;
	/**
	 * A change, which may take its time (`extraSeconds` on top of the usual): says every two seconds that it is still under way, and gives up
	 * early when the engine has stopped answering anything at all.
	 */
	askSlowly<T>(request: EngineRequest, answer: z.ZodType<T>, context: StepContext, extraSeconds?: number): Promise<T>;
	/** A call with an endless answer. Whoever reads the stream destroys it; the signal ends only the wait for the first byte. */
	open(request: EngineRequest, signal: AbortSignal, seconds?: number): Promise<Readable>;
	/** An exec's connection: its standard input is written to it, its framed output is read from it. */
	hijack(path: string, body: object, signal: AbortSignal): Promise<Duplex>;
}

export interface Deadlines {
	quickSeconds: number;
	slowSeconds: number;
	/** After so long a change is under way, and as long is waited for the answer, the engine is asked whether it answers at all. */
	lookSeconds: number;
}

export interface EngineOptions {
	docker: Dockerode;
	installationId: string;
	networkPool: string;
	openFiles: number | null;
	extraLabels: Labels;
	deadlines: Deadlines;
}

/** For a change that was sent when its caller was cancelled. */
const settleSeconds = 10;

export const createEngine = ({docker, deadlines, ...identity}: EngineOptions): Engine => {
	const dial = <T>(request: EngineRequest, signal: AbortSignal, how: {isStream?: boolean; hijack?: boolean} = {}) =>
		new Promise<T>((resolve, reject) => {
			docker.modem.dial(
				{
					path: `${request.path}?`,
					method: request.method,
					// Both are always given: docker-modem would put the body, and so its secrets, into the address as well.
					options: {_query: request.query ?? {}, _body: request.body ?? {}},
					statusCodes: Object.fromEntries([200, 201, 204, ...(request.alsoFine ?? [])].map(code => [code, true])),
					abortSignal: signal,
					...how,
				},
				(error, answer) => (error ? reject(error) : resolve(answer as T)),
			);
		});
	const read = async <T>(request: EngineRequest, answer: z.ZodType<T>, signal: AbortSignal) =>
		answer.parse(await dial<unknown>(request, signal));
	const ping = (signal: AbortSignal) =>
		withDeadline(signal, deadlines.lookSeconds, aborted => read({method: 'GET', path: '/_ping'}, Nothing, aborted));

	return {
		...identity,
		ask: (request, answer, signal) =>
			withDeadline(signal, deadlines.quickSeconds, aborted => read(request, answer, aborted)),
		async askSlowly(request, answer, context, extraSeconds = 0) {
			const ticking = setInterval(() => context.progress(), 2000);
			const gone = watchForSilence(deadlines.lookSeconds, ping);
			const seconds = deadlines.slowSeconds + extraSeconds;
			const change = (aborted: AbortSignal) => read(request, answer, AbortSignal.any([aborted, gone.signal]));
			try {
				return await Promise.race([withDeadline(context.signal, seconds, change, settleSeconds), gone.error]);
			} catch (error) {
				context.signal.throwIfAborted();
				throw error;
			} finally {
				clearInterval(ticking);
				gone.stop();
			}
		},
		open: (request, signal, seconds = deadlines.quickSeconds) =>
			withDeadline(signal, seconds, aborted => dial(request, aborted, {isStream: true})),
		hijack: (path, body, signal) =>
			withDeadline(signal, deadlines.quickSeconds, aborted =>
				dial({method: 'POST', path, body}, aborted, {isStream: true, hijack: true}),
			),
	};
};
