/** The port through which services reach the durable part. The rows are the truth; this only says "look now". */
export interface WorkspaceWorkflows {
	/**
	 * Makes the workspace's workflow look at the database, starting it when it rests. Resolves within two seconds; rejects when the
	 * workflow service cannot be reached, which loses nothing: the sweep wakes whatever has work left.
	 */
	wake(workspaceId: string, options?: {engineChanged: boolean}): Promise<void>;
	/** Begins a sweep before its time, or joins the one under way. Resolves or rejects within two seconds. */
	sweepNow(): Promise<void>;
}
