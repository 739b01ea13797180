/** A server of the stack: where it is, and how it ends. Servers that were given or found are left alone by `stop`. */
export interface Service {
	url: string;
	stop(): Promise<void>;
}

/** A server that somebody else runs. */
export const foreign = (url: string): Service => ({url, stop: async () => {}});
