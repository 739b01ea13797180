import {isCancellation, log} from '@temporalio/workflow';
import type {AutomationSweep} from '../src/automation/automation-sweep.service.ts';
import type {TargetSweep} from '../src/orphans/target-sweep.service.ts';
import {housekeeping, sweepOf} from './activities.ts';

/** What a sweep came to, for whoever reads it in the Temporal Web UI. */
export interface SweepReport {
	/** Workspaces with work that nobody seemed to do. */
	woken: number;
	automation: AutomationSweep;
	targets: Record<string, TargetSweep | 'notReached'>;
}

/** Once a minute: wakes every workspace that has work which nobody seems to do, and compares each engine with the database. */
export async function sweep(): Promise<SweepReport> {
	const {woken, automation, targets} = await housekeeping.tidyUp();
	const swept = await Promise.all(targets.map(async target => [target, await sweepTarget(target)] as const));
	return {woken, automation, targets: Object.fromEntries(swept)};
}

/** An engine that is away keeps nobody else from being swept. */
const sweepTarget = async (target: string): Promise<TargetSweep | 'notReached'> => {
	try {
		return await sweepOf(target).sweepTarget({target});
	} catch (error) {
		if (isCancellation(error)) throw error;
		log.warn('a target could not be swept', {target});
		return 'notReached';
	}
};
