import type {Readable} from 'node:stream';
import {toAppError} from '../failures.ts';

/** The chunks of an answer, as fast as they are taken. Ends quietly at the signal; the stream is destroyed in every case. */
export async function* readChunks(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
	const end = () => stream.destroy();
	signal.addEventListener('abort', end, {once: true});
	try {
		if (signal.aborted) return;
		for await (const chunk of stream) {
			yield chunk;
			if (signal.aborted) return;
		}
	} catch (error) {
		if (!signal.aborted) throw toAppError(error);
	} finally {
		signal.removeEventListener('abort', end);
		stream.destroy();
	}
}

/** The lines of an answer that is one JSON document a line. A last line without its end was cut off, and is dropped. */
export async function* readLines(stream: Readable, signal: AbortSignal): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of readChunks(stream, signal)) {
		const lines = (rest + decoder.decode(chunk, {stream: true})).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) if (line.trim()) yield line;
	}
}
