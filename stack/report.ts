/** Tells the person who waits what was done; one line each. */
export type Report = (line: string) => void;

/** Prints each line with the seconds since the start. */
export function timedReport(started = Date.now()): Report {
	return line => {
		const seconds = ((Date.now() - started) / 1000).toFixed(1);
		console.log(`${seconds.padStart(6)} s  ${line}`);
	};
}
