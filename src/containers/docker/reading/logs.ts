import {AppError} from '../../../errors.ts';
import type {LogLine, LogOptions} from '../../container-runtime.ts';
import type {Engine} from '../engine.ts';
import {createFrameDecoder} from '../exec/frames.ts';
import {hasCode} from '../failures.ts';
import {createBackoff} from '../pause.ts';
import {findContainers, inspectContainer} from './find-containers.ts';
import {createBookmark, createLineJoiner, engineTime, readEntry, type LogEntry} from './log-entries.ts';
import {readChunks} from './read-stream.ts';
import {isLive} from './read-container.ts';

/** The output of the workspace's newest container, also of one that ended. Rejects with CONTAINER_NOT_FOUND. */
export async function* readLogs(
	engine: Engine,
	workspaceId: string,
	options: LogOptions,
	signal: AbortSignal,
): AsyncGenerator<LogLine> {
	const [container] = await findContainers(engine, workspaceId, signal);
	if (!container) throw new AppError('CONTAINER_NOT_FOUND', {workspaceId});
	const join = createLineJoiner();
	const entries = options.follow
		? follow(engine, container.id, options, signal)
		: read(engine, container.id, options, signal);
	for await (const entry of entries) {
		const line = join(entry);
		if (signal.aborted) return;
		if (line) yield line;
	}
}

/** The engine ends a stream without a word when it restarts: goes on where it stopped, until the container has ended. */
async function* follow(engine: Engine, id: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry> {
	const bookmark = createBookmark();
	const backoff = createBackoff(100, 5000);
	let opened = false;
	for (let live = true; live && !signal.aborted;) {
		try {
			// Asked before reading: what a container said before it ended is then read to its end.
			const detail = opened ? await inspectContainer(engine, id, signal) : undefined;
			if (detail === null) return;
			live = detail === undefined || isLive(detail.State.Status);
			for await (const entry of read(engine, id, options, signal, bookmark.since())) {
				opened = true;
				if (!bookmark.accept(entry)) continue;
				backoff.reset();
				yield entry;
			}
			opened = true;
		} catch (error) {
			if (signal.aborted) return;
			if (!opened || !hasCode(error, 'ENGINE_UNREACHABLE')) throw error;
			live = true;
		}
		bookmark.rewind();
		if (live) await backoff.pause(signal).catch(() => {});
	}
}

async function* read(
	engine: Engine,
	id: string,
	{tail, since, follow}: LogOptions,
	signal: AbortSignal,
	resumeAt: string | null = null,
): AsyncGenerator<LogEntry> {
	const from = resumeAt ?? (since && engineTime(since.toISOString()));
	const query = {
		stdout: true,
		stderr: true,
		timestamps: true,
		follow: follow ?? false,
		...(from && {since: from}),
		...(tail !== undefined && resumeAt === null && {tail}),
	};
	const stream = await engine.open({method: 'GET', path: `/containers/${id}/logs`, query}, signal);
	const decode = createFrameDecoder();
	for await (const chunk of readChunks(stream, signal)) {
		for (const frame of decode(chunk)) yield readEntry(frame);
	}
}
