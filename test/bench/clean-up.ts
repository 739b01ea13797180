/** What must be undone at the end, however the end comes. */
export interface CleanUp {
	add(task: () => Promise<unknown>): void;
	/** Does everything that was added, the last first. One that fails does not keep the others from being done. Once only. */
	run(): Promise<void>;
}

/** With nothing to undo yet. */
export function createCleanUp(complain: (error: unknown) => void): CleanUp {
	const tasks: (() => Promise<unknown>)[] = [];
	let running: Promise<void> | null = null;
	const everything = async () => {
		for (const task of tasks.toReversed()) await task().catch(complain);
	};
	return {
		add: task => tasks.push(task),
		run: () => (running ??= everything()),
	};
}
