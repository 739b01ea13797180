import {cronOf} from './cron.ts';
import {DAY_MS, localTimes} from './local-times.ts';
import {offsetPeriods} from './time-zone.ts';
import type {Trigger} from './trigger.schema.ts';

/**
 * Temporal starts runs of a cron at a few instants more than its nominal times, where clocks change (`temporal/schedule-spec.ts`). May this be one of
 * them? They are what the cron stands for on clocks that were not put forward or back, or already are.
 */
export const mayBeSuperfluous = (trigger: Trigger, at: Date): boolean => {
	if (trigger.kind !== 'cron') return false;
	const cron = cronOf(trigger.expression);
	const instant = at.getTime();
	for (const {start, offset, previousOffset, nextOffset} of offsetPeriods(trigger.timeZone, instant - 366 * DAY_MS)) {
		if (start > instant) return false;
		for (const ahead of [previousOffset, offset, nextOffset]) {
			const [local] = localTimes(cron, instant + ahead, instant + ahead + 1);
			if (local !== undefined) return true;
		}
	}
	return false;
};
