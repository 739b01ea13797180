/** Writes what the time is, in milliseconds since 1970. */
export const tellTime = ['date', '+%s%3N'];

/** Writes it so many times, ten times a second. */
export const tellTimes = (times: number): string[] => [
	'sh',
	'-c',
	`i=0; while [ $i -lt ${times} ]; do date +%s%3N; sleep 0.1; i=$((i + 1)); done`,
];

/** What was written when, and when it was seen, in milliseconds since 1970. */
export interface Told {
	wroteAt: number;
	seenAt: number;
}

/** Reads what these commands write, in whatever pieces it comes. A time was seen when its line was whole. */
export function createTimeReader(): {take(text: string, seenAt: number): void; told: Told[]} {
	const told: Told[] = [];
	let rest = '';
	return {
		told,
		take(text, seenAt) {
			const lines = (rest + text).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) told.push({wroteAt: Number(line), seenAt});
		},
	};
}
