import {z} from 'zod';
import {AppError} from '../../../errors.ts';
import {ContainerRow, EngineEvent} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {labelFilter, readLabels} from '../labels.ts';
import {createBackoff} from '../pause.ts';
import {readLines} from './read-stream.ts';

/** What can make a container differ from what was last seen; execs would be most of the noise. */
const events = ['start', 'die', 'oom', 'destroy', 'pause', 'unpause'];

/**
 * Hints from the engine's events, over restarts of the engine, until the signal. After a gap every workspace is hinted once, since
 * an engine forgets its events when it restarts.
 */
export async function* watchEngine(engine: Engine, signal: AbortSignal): AsyncGenerator<{workspaceId: string}> {
	const backoff = createBackoff(100, 5000);
	let since: number | undefined;
	for (let connection = 1; !signal.aborted; connection++) {
		try {
			const filters = {type: ['container'], event: events, ...labelFilter(engine)};
			const query = since === undefined ? {filters} : {filters, since};
			const stream = await engine.open({method: 'GET', path: '/events', query}, signal);
			const missed = connection === 1 ? [] : await everyWorkspace(engine, signal);
			backoff.reset();
			for (const workspaceId of missed) yield {workspaceId};
			for await (const line of readLines(stream, signal)) {
				const event = EngineEvent.parse(JSON.parse(line));
				const workspaceId = readLabels(engine, event.Actor?.Attributes)?.workspaceId;
				since = event.time;
				if (workspaceId !== undefined) yield {workspaceId};
			}
		} catch (error) {
			// The engine is away or refuses for now: asking again is the whole remedy. Anything else is our own mistake.
			if (!signal.aborted && !(error instanceof AppError)) throw error;
		}
		await backoff.pause(signal).catch(() => {});
	}
}

const everyWorkspace = async (engine: Engine, signal: AbortSignal): Promise<Set<string>> => {
	const query = {all: true, filters: labelFilter(engine)};
	const rows = await engine.ask({method: 'GET', path: '/containers/json', query}, z.array(ContainerRow), signal);
	return new Set(rows.flatMap(row => readLabels(engine, row.Labels)?.workspaceId ?? []));
};
