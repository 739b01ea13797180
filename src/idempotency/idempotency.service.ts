import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import {inTransaction} from '../transaction.ts';
import {IdempotencyKey} from './idempotency-key.entity.ts';

/** Whose key it is, and what was asked for with it. */
export interface IdempotentRequest {
	actor: string;
	key: string;
	/** Method and path. */
	route: string;
	/** Of the body. */
	digest: string;
}

export interface StoredAnswer {
	status: number;
	headers: Record<string, string>;
	body: string;
}

const DAY_MS = 24 * 3_600_000;

export type IdempotencyService = ReturnType<typeof createIdempotencyService>;

/** Makes a request take effect once, however often it is sent, and whichever process gets it. */
export const createIdempotencyService = ({em}: {em: EntityManager}) => ({
	/**
	 * Does the work and keeps its answer in the same transaction, or answers what it was answered before. Work that rejects leaves nothing, and may
	 * be tried again with the same key. Rejects with IDEMPOTENCY_IN_PROGRESS while another request has the key, and with
	 * IDEMPOTENCY_KEY_REUSED when the key was for something else.
	 */
	once: (
		{actor, key, route, digest}: IdempotentRequest,
		work: () => Promise<StoredAnswer>,
	): Promise<{answer: StoredAnswer; replayed: boolean}> =>
		inTransaction(em, async tx => {
			// Ends with the transaction, also when this process dies.
			const [lock] = await tx.execute<{taken: boolean}[]>(
				'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as taken',
				[`idempotency ${actor} ${key}`],
			);
			if (!lock?.taken) throw new AppError('IDEMPOTENCY_IN_PROGRESS', {retryAfterSeconds: 1});
			const known = await tx.findOne(IdempotencyKey, {actor, key, createdAt: {$gt: new Date(Date.now() - DAY_MS)}});
			if (known) {
				if (known.route !== route || known.digest !== digest) throw new AppError('IDEMPOTENCY_KEY_REUSED');
				return {answer: known.answer, replayed: true};
			}
			const answer = await work();
			await tx.upsert(IdempotencyKey, {actor, key, route, digest, answer, createdAt: new Date()});
			return {answer, replayed: false};
		}),

	/** Forgets the keys whose day is over. */
	async removeExpired(): Promise<void> {
		await em.fork().nativeDelete(IdempotencyKey, {createdAt: {$lt: new Date(Date.now() - DAY_MS)}});
	},
});
