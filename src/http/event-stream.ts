import {AsyncLocalStorage} from 'node:async_hooks';
import {Readable} from 'node:stream';
import {whileAllowed} from './access-watch.ts';
import type {AppContext} from './context.ts';

export interface StreamEvent {
	/** What the client sends back as `Last-Event-ID`. */
	id?: string | number;
	event: string;
	/** Sent as JSON. */
	data: unknown;
}

export type EventSource = (signal: AbortSignal) => AsyncIterator<StreamEvent>;

const heartbeatMs = 15_000;
const retryMs = 3000;

/**
 * Answers with server-sent events. The source is asked for its next event only when the client has room for it. Its signal
 * aborts when the client leaves, may not have them any more, or this process stops; it should then return. It runs in the request's unit of work.
 * A source that throws ends the stream, and the client comes back by itself after its last event.
 */
export const eventStream = (ctx: AppContext, source: EventSource, options: {heartbeatMs?: number} = {}): void => {
	const signal = whileAllowed(ctx);

	ctx.status = 200;
	ctx.set('Content-Type', 'text/event-stream; charset=utf-8');
	ctx.set('Cache-Control', 'no-cache, no-transform');
	ctx.set('X-Accel-Buffering', 'no'); // nginx would hold events back
	ctx.req.socket.setNoDelay(true);
	// Koa reads the body after the middleware has ended, outside of the request's unit of work.
	const inRequest = AsyncLocalStorage.snapshot();
	const events = source(signal);
	const frames = toFrames(() => inRequest(() => events.next()), signal, options.heartbeatMs ?? heartbeatMs);
	ctx.body = Readable.from(logged(frames, events, ctx), {highWaterMark: 1});
};

/** Where a client that was cut off left: its `Last-Event-ID`, or null. */
export const lastEventId = (ctx: AppContext): string | null => ctx.get('Last-Event-ID') || null;

async function* logged(frames: AsyncGenerator<string>, events: AsyncIterator<StreamEvent>, ctx: AppContext) {
	try {
		yield* frames;
	} catch (err) {
		ctx.state.log.error({err}, 'event stream failed');
	} finally {
		// Not awaited: a source that waits for something else than its signal must not hold the answer open.
		events.return?.()?.catch(() => {});
	}
}

async function* toFrames(
	next: () => Promise<IteratorResult<StreamEvent>>,
	signal: AbortSignal,
	pauseMs: number,
): AsyncGenerator<string> {
	yield `retry: ${retryMs}\n\n`;
	let pending: Promise<IteratorResult<StreamEvent>> | null = null;
	while (!signal.aborted) {
		pending ??= next();
		const result = await firstOf(pending, signal, pauseMs);
		if (result === 'quiet') {
			yield ': still here\n\n';
		} else if (result === 'aborted' || result.done) {
			pending.catch(() => {});
			return;
		} else {
			pending = null;
			yield toFrame(result.value);
		}
	}
}

const firstOf = async <Value>(pending: Promise<Value>, signal: AbortSignal, pauseMs: number) => {
	const {promise, resolve} = Promise.withResolvers<'quiet' | 'aborted'>();
	const timer = setTimeout(resolve, pauseMs, 'quiet');
	const abort = () => resolve('aborted');
	signal.addEventListener('abort', abort);
	if (signal.aborted) abort();
	try {
		return await Promise.race([pending, promise]);
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', abort);
	}
};

const toFrame = ({id, event, data}: StreamEvent): string =>
	`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data) ?? 'null'}\n\n`;
