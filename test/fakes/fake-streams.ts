import type {EventEmitter} from 'node:events';
import type {LogLine, LogOptions} from '../../src/containers/container-runtime.ts';
import {AppError} from '../../src/errors.ts';
import {containersOf, type FakeEngine} from './fake-engine.ts';

/** The output of the workspace's newest container. */
export async function* fakeLogs(
	engine: FakeEngine,
	workspaceId: string,
	{tail, since, follow}: LogOptions,
	signal: AbortSignal,
): AsyncGenerator<LogLine> {
	const [container] = containersOf(engine, workspaceId);
	if (!container) throw new AppError('CONTAINER_NOT_FOUND', {workspaceId});
	const kept = container.logs.filter(({at}) => !since || at >= since);
	yield* tail === undefined ? kept : kept.slice(kept.length - tail);
	if (!follow || container.state !== 'running') return;
	yield* take<LogLine>(container.changes, 'line', signal, 'end');
}

export async function* fakeWatch(engine: FakeEngine, signal: AbortSignal): AsyncGenerator<{workspaceId: string}> {
	for await (const workspaceId of take<string>(engine.events, 'change', signal)) yield {workspaceId};
}

/** What an emitter emits, until the signal or its last event. Nothing is lost between two readings. */
async function* take<T>(from: EventEmitter, name: string, signal: AbortSignal, last?: string): AsyncGenerator<T> {
	const waiting: T[] = [];
	let over = signal.aborted;
	let wake = () => {};
	const push = (value: T) => {
		waiting.push(value);
		wake();
	};
	const stop = () => {
		over = true;
		wake();
	};
	from.on(name, push);
	if (last) from.once(last, stop);
	signal.addEventListener('abort', stop, {once: true});
	try {
		for (;;) {
			for (let value = waiting.shift(); value !== undefined && !signal.aborted; value = waiting.shift()) yield value;
			if (over) return;
			await new Promise<void>(resolve => {
				wake = resolve;
			});
		}
	} finally {
		from.off(name, push);
		if (last) from.off(last, stop);
		signal.removeEventListener('abort', stop);
	}
}
