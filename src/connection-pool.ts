import type {Pool, PoolClient} from 'pg';

/** For a pool that is to be used by the options of the ORM. */
export const connectionPool = {
	/** A server whose machine is gone is noticed. */
	keepAlive: true,
	/** How long whoever needs a connection waits for one: then the database counts as away. */
	connectionTimeoutMillis: 30_000,
	onPoolCreated: (pool: Pool) => takeBackEnded(pool),
};

/**
 * A connection that ends in the middle of a transaction goes back to the pool at once. Kysely never gives back one whose begin, commit or rollback fails
 * (kysely#1990): after ten of them nobody would get a connection any more, and closing the pool would wait for ever.
 */
const takeBackEnded = (pool: Pool): void => {
	const inUse = new WeakSet<PoolClient>();
	pool.on('acquire', client => inUse.add(client));
	pool.on('release', (_error, client) => inUse.delete(client));
	pool.on('connect', client => {
		client.once('end', () => {
			if (!inUse.has(client)) return;
			client.release(true);
			// Whoever had it may give it back as well.
			client.release = () => {};
		});
	});
};
