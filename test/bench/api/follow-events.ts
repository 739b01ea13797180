/** What we read of an event of a workspace. */
export interface SeenEvent {
	code: string;
	params: Record<string, unknown>;
	/** When it reached this process, in milliseconds since 1970. */
	seenAt: number;
}

/** A workspace's events as they come in. */
export interface Follower {
	/** The first event that was not asked about yet and is this; rejects when the stream ends before, or after two minutes. */
	next(isIt: (event: SeenEvent) => boolean): Promise<SeenEvent>;
	close(): void;
}

const patienceMs = 120_000;

/** Follows the server-sent events at the address. */
export function followEvents(url: string): Follower {
	const stopping = new AbortController();
	const seen: SeenEvent[] = [];
	let asked = 0;
	let notify = () => {};
	let end: Error | null = null;
	const finish = (reason: Error) => {
		end = reason;
		notify();
	};
	readEvents<Omit<SeenEvent, 'seenAt'>>(url, stopping.signal, (event, seenAt) => {
		seen.push({...event, seenAt});
		notify();
	}).then(() => finish(new Error('the event stream ended')), finish);

	const next: Follower['next'] = async isIt => {
		const late = setTimeout(() => finish(new Error('the awaited event did not come within two minutes')), patienceMs);
		try {
			for (;;) {
				while (asked < seen.length) {
					const event = seen[asked++];
					if (event && isIt(event)) return event;
				}
				if (end) throw end;
				await new Promise<void>(resolve => {
					notify = resolve;
				});
			}
		} finally {
			clearTimeout(late);
		}
	};
	return {next, close: () => stopping.abort()};
}

/** Takes the data of server-sent events as they come in, each with the moment at which it did, until the stream ends. */
export async function readEvents<Data>(
	url: string,
	signal: AbortSignal,
	take: (data: Data, seenAt: number) => void,
): Promise<void> {
	const response = await fetch(url, {signal});
	if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
	let rest = '';
	for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
		const seenAt = now();
		const frames = (rest + text).split('\n\n');
		rest = frames.pop() ?? '';
		for (const frame of frames) {
			const data = frame.split('\n').find(line => line.startsWith('data: '));
			if (data) take(JSON.parse(data.slice(6)) as Data, seenAt);
		}
	}
}

/** The wall clock with fractions of a millisecond. */
export const now = (): number => performance.timeOrigin + performance.now();
