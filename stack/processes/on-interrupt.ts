/**
 * Runs the handler at the first Ctrl-C, SIGTERM or SIGHUP; at a second one this process exits at once, and what it started is
 * killed. The terminal, npm and the bootstrap may each deliver the same Ctrl-C: within half a second they are one.
 */
export function onInterrupt(handler: (signal: NodeJS.Signals) => void): void {
	let first: number | null = null;
	const onSignal = (signal: NodeJS.Signals) => {
		if (first === null) {
			first = Date.now();
			handler(signal);
		} else if (Date.now() - first > 500) {
			console.log('Interrupted again: killing what is left.');
			process.exit(130);
		}
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}
