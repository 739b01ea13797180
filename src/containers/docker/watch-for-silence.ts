import {hasCode} from './failures.ts';

/** While something takes its time: is anybody there at all? */
export interface SilenceWatch {
	/** Rejects with ENGINE_UNREACHABLE once nobody is; never resolves. */
	error: Promise<never>;
	/** Aborts at the same time. */
	signal: AbortSignal;
	stop(): void;
}

/** Asks every so many seconds. `ping` rejects with ENGINE_UNREACHABLE when it gets no answer. */
export const watchForSilence = (seconds: number, ping: (signal: AbortSignal) => Promise<unknown>): SilenceWatch => {
	const silent = new AbortController();
	const stopped = new AbortController();
	const {promise, reject} = Promise.withResolvers<never>();
	// Nobody may be waiting for it yet.
	promise.catch(() => {});
	const ask = () =>
		ping(stopped.signal).catch((error: unknown) => {
			if (stopped.signal.aborted || !hasCode(error, 'ENGINE_UNREACHABLE')) return;
			reject(error);
			silent.abort();
		});
	const timer = setInterval(() => void ask(), seconds * 1000);
	return {
		error: promise,
		signal: silent.signal,
		stop() {
			clearInterval(timer);
			stopped.abort();
		},
	};
};
