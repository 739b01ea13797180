/** What `agent-run.sh` says of a run. */
export type RunState =
	| {state: 'absent'}
	/** `lost`: it began, nobody watches over it any more, and its end is not known. */
	| {state: 'running' | 'lost'; outBytes: number; errBytes: number}
	| {
			state: 'exited';
			/** 128 and the signal's number after a signal. */
			exitCode: number;
			cause: 'exit' | 'timeout' | 'output' | `stopped:${string}`;
			/** How many processes the kernel killed in the container meanwhile for want of memory. */
			oomKills: number;
			/** Processes of the run that could not be killed. */
			left: number;
			outBytes: number;
			errBytes: number;
	  };

/** Throws when it is no such line: then something else than the supervisor answered. */
export const parseRunState = (line: string): RunState => {
	const [state, ...pairs] = line.trim().split(/\s+/);
	const facts = Object.fromEntries(pairs.map(pair => pair.split('=', 2) as [string, string]));
	const number = (name: string): number => {
		const value = Number(facts[name] ?? Number.NaN);
		if (!Number.isInteger(value)) throw new Error(`The supervisor did not say ${name}: ${line.slice(0, 200)}`);
		return value;
	};
	const sizes = () => ({outBytes: number('out'), errBytes: number('err')});
	switch (state) {
		case 'absent':
			return {state};
		case 'running':
		case 'lost':
			return {state, ...sizes()};
		case 'exited':
			return {
				state,
				exitCode: number('code'),
				cause: causeOf(facts['cause'] ?? ''),
				oomKills: number('oom'),
				left: number('left'),
				...sizes(),
			};
		default:
			throw new Error(`The supervisor did not answer: ${line.slice(0, 200)}`);
	}
};

/** How many processes of a run are left, as `agent-run.sh clear` says. Throws when it does not say so. */
export const parseCleared = (line: string): number => {
	const left = /^cleared left=(\d+)$/.exec(line.trim())?.[1];
	if (left === undefined) throw new Error(`The supervisor did not answer: ${line.slice(0, 200)}`);
	return Number(left);
};

const causeOf = (text: string) => {
	const known = (['exit', 'timeout', 'output'] as const).find(cause => cause === text);
	return known ?? (`stopped:${text.replace(/^stopped:/, '')}` as const);
};
