import {AsyncLocalStorage} from 'node:async_hooks';
import type {EntityManager} from '@mikro-orm/postgresql';

const afterwards = new AsyncLocalStorage<(() => void)[]>();

/**
 * Runs the work in a transaction. Within another one it becomes a part of that: what is accepted together is committed together, and the
 * whole is rolled back when a part of it rejects.
 */
export const inTransaction = async <T>(em: EntityManager, work: (tx: EntityManager) => Promise<T>): Promise<T> => {
	if (afterwards.getStore()) return em.transactional(tx => flushed(tx, work), {propagation: 'required'});
	const effects: (() => void)[] = [];
	const result = await afterwards.run(effects, () => em.transactional(work, {clear: true}));
	for (const effect of effects) effect();
	return result;
};

/** Does something once the transaction under way is committed, and never when it is rolled back; outside of one at once. */
export const afterCommit = (effect: () => void): void => {
	const effects = afterwards.getStore();
	if (effects) effects.push(effect);
	else effect();
};

/** Only the outermost transaction writes by itself what changed; who works within it goes by what the database says then. */
const flushed = async <T>(tx: EntityManager, work: (tx: EntityManager) => Promise<T>): Promise<T> => {
	const result = await work(tx);
	await tx.flush();
	return result;
};
