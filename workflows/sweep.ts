import {housekeeping} from './activities.ts';

/** Once a minute: wakes every workspace that has work which nobody seems to do. */
export async function sweep(): Promise<void> {
	await housekeeping.wakeLeftBehind();
}
