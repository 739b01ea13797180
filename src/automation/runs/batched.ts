/** So much is stored as one piece at most. */
const MOST_BYTES = 262_144;

/** Pieces as they come; what comes while the reader is busy is one piece. The source is held up when the reader falls far behind. */
export async function* batched(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	const iterator = source[Symbol.asyncIterator]();
	const held: Uint8Array[] = [];
	let size = 0;
	let isOver = false;
	let failure: {error: unknown} | null = null;
	let reading: Promise<void> | null = null;
	const read = (): Promise<void> =>
		(reading ??= iterator
			.next()
			.then(
				({done, value}) => {
					if (done) isOver = true;
					else {
						held.push(value);
						size += value.length;
					}
				},
				(error: unknown) => (failure = {error}),
			)
			.then(() => {
				reading = null;
				if (!isOver && !failure && size < MOST_BYTES) void read();
			}));
	try {
		for (;;) {
			if (held.length === 0 && !isOver && !failure) await read();
			if (held.length > 0) {
				const bytes = Buffer.concat(held.splice(0));
				size = 0;
				yield bytes;
			} else if (failure) throw (failure as {error: unknown}).error;
			else if (isOver) return;
		}
	} finally {
		await iterator.return?.();
	}
}
