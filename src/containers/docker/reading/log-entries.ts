import type {LogLine} from '../../container-runtime.ts';
import type {Frame} from '../exec/frames.ts';

/** One entry of the engine's log: a line, or a piece of a line that was longer than 16 KiB. */
export interface LogEntry {
	/** The engine's own time stamp, with nanoseconds. */
	stamp: string;
	stream: Frame['stream'];
	payload: Buffer;
}

/** Every frame of a log with time stamps is one entry, and begins with its stamp. */
export const readEntry = ({stream, payload}: Frame): LogEntry => {
	const end = payload.indexOf(0x20);
	return {stamp: payload.toString('latin1', 0, end), stream, payload: payload.subarray(end + 1)};
};

/** A place in a log to go on from without doubling or losing entries, of which several can have the same stamp. */
export const createBookmark = () => {
	let stamp: string | null = null;
	let seenAtStamp = 0;
	let toSkip = 0;
	return {
		/** What to ask the engine for next, as `since`; null when nothing was seen yet. */
		since: () => (stamp === null ? null : engineTime(stamp)),
		/** From here on, entries come again from `since`. */
		rewind(): void {
			toSkip = seenAtStamp;
		},
		/** False for an entry that was seen before. */
		accept(entry: LogEntry): boolean {
			if (entry.stamp === stamp && toSkip > 0) {
				toSkip--;
				return false;
			}
			seenAtStamp = entry.stamp === stamp ? seenAtStamp + 1 : 1;
			stamp = entry.stamp;
			toSkip = 0;
			return true;
		},
	};
};

/** A line without end must not fill the memory: it comes out in pieces. */
const longestLine = 256 * 1024;

/** Joins the pieces of long lines, each stream for itself. Pieces are joined as bytes, since a cut may go through a character. */
export const createLineJoiner = () => {
	const open: Record<Frame['stream'], Buffer[]> = {stdout: [], stderr: []};
	return (entry: LogEntry): LogLine | null => {
		const pieces = open[entry.stream];
		pieces.push(entry.payload);
		const complete = entry.payload.at(-1) === newline;
		const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
		if (!complete && size < longestLine) return null;
		open[entry.stream] = [];
		const text = Buffer.concat(pieces).toString('utf8', 0, complete ? size - 1 : size);
		return {at: new Date(entry.stamp), stream: entry.stream, text};
	};
};

const newline = 0x0a;

/** Seconds and nanoseconds, the only form of time that the log endpoint takes. */
export const engineTime = (stamp: string): string => {
	const seconds = Math.floor(Date.parse(stamp) / 1000);
	const fraction = /\.(\d+)/.exec(stamp)?.[1] ?? '';
	return `${seconds}.${fraction.padEnd(9, '0')}`;
};
