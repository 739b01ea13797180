import {Context} from '@temporalio/activity';
import type {Logger} from '../src/logger.ts';
import {isRefused} from './failures.ts';

/**
 * Does the work of an activity. When it is refused for good, `giveUp` writes down that it is, and its answer is the activity's: the workflow comes to
 * its end instead of asking for ever. Rejects with every other failure.
 */
export const orGiveUp = async <T>(log: Logger, work: () => Promise<T>, giveUp: () => Promise<T>): Promise<T> => {
	try {
		return await work();
	} catch (error) {
		const {info, cancellationSignal} = Context.current();
		const {attempt, activityType, workflowExecution} = info;
		if (cancellationSignal.aborted || !isRefused(error, attempt)) throw error;
		log.error({err: error, activityType, workflowId: workflowExecution?.workflowId, attempt}, 'activity given up');
		return giveUp();
	}
};
