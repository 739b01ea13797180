import type {Logger} from './logger.ts';
import {afterCommit} from './transaction.ts';

/**
 * What is begun once a transaction is committed, and not waited for: what is to be done is stored, and whatever is lost here the sweep makes up for, unless
 * `remedy` says otherwise.
 */
export const createFollowUps = ({log, remedy = 'the sweep will make up for it'}: {log: Logger; remedy?: string}) => {
	const underWay = new Set<Promise<void>>();
	return {
		/** `about`: the ids for the line in the log, should it fail; `lost`: what that means. */
		later(about: Record<string, string>, lost: string, work: () => Promise<void>): void {
			afterCommit(() => {
				const done = work()
					.catch((error: unknown) => log.warn({err: error, ...about}, `${lost}; ${remedy}`))
					.finally(() => underWay.delete(done));
				underWay.add(done);
			});
		},

		/** Resolves when nothing is under way. */
		async settle(): Promise<void> {
			await Promise.all(underWay);
		},
	};
};
