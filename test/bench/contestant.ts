/** A workspace that can be measured, made in one of two ways: through the API, or past it. Each call ends when it is done. */
export interface Contestant {
	create(): Promise<void>;
	stop(): Promise<void>;
	start(): Promise<void>;
	delete(): Promise<void>;
}

/** What is measured of each, in this order. */
export const phases = ['create', 'stop', 'start', 'delete'] as const;
export type Phase = (typeof phases)[number];
