/** What can go wrong at a step. */
export const faults = [
	'errorBefore',
	'errorAfter',
	'killedBefore',
	'killedAfter',
	'hangs',
	'runsTwice',
	'failsForGood',
	'failsForGoodKilledUndoing',
] as const;
export type Fault = (typeof faults)[number];

export const isKill = (fault: Fault): boolean => fault.startsWith('killed') || fault === 'failsForGoodKilledUndoing';

/** One fault, once, in one workspace. Plain data: it is sent to the worker's process. */
export interface Plan {
	/** Its name. */
	workspace: string;
	step: string;
	fault: Fault;
}

/** What the worker's process says just before it does what was planned. */
export interface Hit {
	/** Its name. */
	workspace: string;
	/** It is about to die of it. */
	dies: boolean;
}
