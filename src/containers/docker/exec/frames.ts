import {AppError} from '../../../errors.ts';

/** One piece of a container's output, as the engine sent it. */
export interface Frame {
	stream: 'stdout' | 'stderr';
	payload: Buffer;
}

const headerSize = 8;
/** The engine's own are at most some 32 KiB: more means that the stream is not framed. */
const longest = 16 * 2 ** 20;

/**
 * Takes an answer apart that carries stdout and stderr in frames of `[stream, 0, 0, 0, length (4 bytes, big endian)]` and a payload.
 * Chunks may be cut anywhere; a frame comes out when it is whole.
 * Source: Docker Engine API, "Attach to a container", stream format.
 */
export const createFrameDecoder = () => {
	let chunks: Buffer[] = [];
	let held = 0;
	let needed = headerSize;

	const take = (size: number): Buffer => {
		const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
		const rest = all.subarray(size);
		chunks = rest.length > 0 ? [rest] : [];
		held = rest.length;
		return all.subarray(0, size);
	};

	let stream: Frame['stream'] | null = null;
	return function* decode(chunk: Buffer): Generator<Frame> {
		chunks.push(chunk);
		held += chunk.length;
		while (held >= needed) {
			if (stream === null) {
				const header = take(headerSize);
				const length = header.readUInt32BE(4);
				if (header.readUInt8(0) > 2 || length > longest) {
					throw new AppError('ENGINE_ERROR', {message: 'the output of the container is not framed'});
				}
				stream = header.readUInt8(0) === 2 ? 'stderr' : 'stdout';
				needed = length;
			} else {
				yield {stream, payload: take(needed)};
				stream = null;
				needed = headerSize;
			}
		}
	};
};
