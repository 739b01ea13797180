import {sleep} from '@temporalio/workflow';
import {notifications} from './activities.ts';

/** After so many tries, which take about a day, it is given up. */
const ATTEMPTS = 30;
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 3600;

/** Tells one address that one execution has ended, as often as it takes. */
export async function deliverNotification({notificationId}: {notificationId: string}): Promise<void> {
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (await notifications.sendNotification({notificationId})) return;
		await sleep(Math.min(FIRST_PAUSE_SECONDS * 2 ** attempt, LONGEST_PAUSE_SECONDS) * 1000);
	}
	await notifications.giveUpNotification({notificationId});
}
