import {RequestContext, type EntityManager} from '@mikro-orm/postgresql';
import {Context} from '@temporalio/activity';
import {toTemporalFailure} from '../activities/index.ts';
import type {Logger} from '../src/logger.ts';
import type {ActivityInterceptorsFactory} from '@temporalio/worker';

const HEARTBEAT_MS = 2500;

/**
 * What surrounds every activity: a unit of work of its own, failures that say no more than a code, and, where a heartbeat is expected, one every few seconds for as long as this process
 * lives, so that a dead worker is noticed at once and a cancellation arrives soon.
 */
export const activityContext =
	(em: EntityManager, log: Logger): ActivityInterceptorsFactory =>
	() => ({
		inbound: {
			async execute(input, next) {
				const context = Context.current();
				const beat = context.info.heartbeatTimeoutMs ? setInterval(() => context.heartbeat(), HEARTBEAT_MS) : null;
				try {
					return await RequestContext.create(em, () => next(input));
				} catch (error) {
					const {activityType, workflowExecution, attempt} = context.info;
					const failure = toTemporalFailure(error, attempt);
					if (failure !== error) {
						log.warn({err: error, activityType, workflowId: workflowExecution?.workflowId, attempt}, 'activity failed');
					}
					throw failure;
				} finally {
					if (beat) clearInterval(beat);
				}
			},
		},
	});
