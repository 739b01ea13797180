/** Collects the first `maxBytes` bytes of an output and forgets the rest. A character is never cut in two. */
export const createCappedText = (maxBytes: number) => {
	const chunks: Buffer[] = [];
	let size = 0;
	let truncated = false;
	return {
		push(chunk: Buffer): void {
			const kept = chunk.subarray(0, maxBytes - size);
			truncated ||= kept.length < chunk.length;
			if (kept.length === 0) return;
			// A copy, because a chunk is a view of a buffer that is much larger.
			chunks.push(Buffer.from(kept));
			size += kept.length;
		},
		text(): string {
			const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
			// `stream` leaves an unfinished character out.
			return decoder.decode(Buffer.concat(chunks), {stream: truncated});
		},
		get truncated(): boolean {
			return truncated;
		},
	};
};
