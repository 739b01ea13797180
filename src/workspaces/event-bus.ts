import type {Redis} from 'ioredis';
import type {Logger} from '../logger.ts';

const channelOf = (workspaceId: string) => `workspace-events:${workspaceId}`;
/** While Redis is away, or should it lose a message, a follower looks by itself this often. */
const POLL_WITHOUT_REDIS_MS = 1000;
const POLL_MS = 2000;

export type EventBus = ReturnType<typeof createEventBus>;

/** Says to live readers, in every API process, that a workspace has new events. Only hints: the events are in PostgreSQL. */
export const createEventBus = ({redis, log}: {redis: Redis; log: Logger}) => {
	const waiting = new Map<string, Set<() => void>>();
	const subscriber = redis.duplicate({lazyConnect: true, maxRetriesPerRequest: null, enableOfflineQueue: true});
	subscriber.on('message', (channel: string) => {
		for (const notify of waiting.get(channel) ?? []) notify();
	});
	subscriber.on('error', error => log.debug({err: error}, 'redis subscriber'));

	return {
		/** Never rejects: a lost hint costs a reader at most one poll. */
		async publish(workspaceId: string): Promise<void> {
			try {
				await redis.publish(channelOf(workspaceId), '');
			} catch (error) {
				log.warn({err: error, workspaceId}, 'event hint was not published');
			}
		},

		/** A bell for one workspace. `rung()` resolves at the next hint, or after the poll interval; hints in between are remembered. */
		listen(workspaceId: string): {rung(signal: AbortSignal): Promise<void>; close(): void} {
			const channel = channelOf(workspaceId);
			const bells = waiting.get(channel) ?? new Set();
			waiting.set(channel, bells);
			if (bells.size === 0) void subscriber.subscribe(channel).catch(() => {});
			let pending = false;
			let wakeUp: (() => void) | null = null;
			const notify = () => {
				pending = true;
				wakeUp?.();
			};
			bells.add(notify);
			return {
				async rung(signal) {
					if (!pending && !signal.aborted) {
						await new Promise<void>(resolve => {
							const timer = setTimeout(resolve, subscriber.status === 'ready' ? POLL_MS : POLL_WITHOUT_REDIS_MS);
							const done = () => {
								clearTimeout(timer);
								resolve();
							};
							wakeUp = done;
							signal.addEventListener('abort', done, {once: true});
						});
					}
					wakeUp = null;
					pending = false;
				},
				close() {
					bells.delete(notify);
					if (bells.size > 0) return;
					waiting.delete(channel);
					void subscriber.unsubscribe(channel).catch(() => {});
				},
			};
		},

		async close(): Promise<void> {
			subscriber.disconnect();
		},
	};
};
