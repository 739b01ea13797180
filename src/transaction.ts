import {AsyncLocalStorage} from 'node:async_hooks';
import type {ChangeSet, EntityManager, EventSubscriber} from '@mikro-orm/postgresql';

const afterwards = new AsyncLocalStorage<(() => void)[]>();

/** Sees every transaction of some work, without any service knowing of it. */
export interface Witness {
	/** Before it begins. */
	begins(): Promise<void>;
	/** What was just written in it, as far as it was written through entities. */
	flushed(changes: readonly ChangeSet<object>[]): void;
	/** The last thing before its commit: everything is written by then. What it rejects with is a rollback. */
	commits(tx: EntityManager): Promise<void>;
}

const witnesses = new AsyncLocalStorage<Witness>();

/** Does the work with somebody looking on. */
export const witnessed = <T>(witness: Witness, work: () => Promise<T>): Promise<T> => witnesses.run(witness, work);

/** How witnesses hear of what is written. */
export const tellWitness: EventSubscriber = {
	afterFlush: ({uow}) => witnesses.getStore()?.flushed(uow.getChangeSets()),
};

/**
 * Runs the work in a transaction. Within another one it becomes a part of that: what is accepted together is committed together, and the
 * whole is rolled back when a part of it rejects.
 */
export const inTransaction = async <T>(em: EntityManager, work: (tx: EntityManager) => Promise<T>): Promise<T> => {
	if (afterwards.getStore()) return em.transactional(tx => flushed(tx, work), {propagation: 'required'});
	const witness = witnesses.getStore();
	await witness?.begins();
	const effects: (() => void)[] = [];
	const result = await afterwards.run(effects, () =>
		em.transactional(witness ? tx => seen(tx, work, witness) : work, {clear: true}),
	);
	for (const effect of effects) effect();
	return result;
};

/** Does something once the transaction under way is committed, and never when it is rolled back; outside of one at once. */
export const afterCommit = (effect: () => void): void => {
	const effects = afterwards.getStore();
	if (effects) effects.push(effect);
	else effect();
};

/** Who goes by what the database says then: only at its end a transaction writes by itself what changed. */
const flushed = async <T>(tx: EntityManager, work: (tx: EntityManager) => Promise<T>): Promise<T> => {
	const result = await work(tx);
	await tx.flush();
	return result;
};

const seen = async <T>(tx: EntityManager, work: (tx: EntityManager) => Promise<T>, witness: Witness): Promise<T> => {
	const result = await flushed(tx, work);
	await witness.commits(tx);
	return result;
};
