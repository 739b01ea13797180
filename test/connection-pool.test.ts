import {MikroORM} from '@mikro-orm/postgresql';
import test, {type ExecutionContext} from 'ava';
import {connectionPool} from '../src/connection-pool.ts';
import {isDatabaseAway} from '../src/database-away.ts';
import {ormOptions} from '../src/mikro-orm.config.ts';
import {createTestDatabase} from './helpers/database.ts';

/** A database of the test's own, seen through a pool as the product has it, or as the test wants it. */
const open = async (t: ExecutionContext, options: Partial<ReturnType<typeof ormOptions>> = {}) => {
	const database = await createTestDatabase();
	t.teardown(database.drop);
	return MikroORM.init({...ormOptions(database.url), ...options});
};
const poolSize = (orm: MikroORM): number => orm.config.get('pool').max!;

test('connections that end in the middle of transactions leave the pool as it was, and it closes', async t => {
	const orm = await open(t);
	const cut = async () =>
		orm.em.fork().transactional(async em => {
			const [{pid}] = await em.execute<[{pid: number}]>('select pg_backend_pid() as pid');
			await orm.em.fork().execute('select pg_terminate_backend(?)', [pid]);
			await em.execute('select 1');
		});
	for (let count = 0; count <= poolSize(orm); count++) await t.throwsAsync(cut());
	const everyConnection = Array.from({length: poolSize(orm)}, () => orm.em.fork().execute('select pg_sleep(0.1)'));
	t.is((await Promise.all(everyConnection)).length, poolSize(orm));
	await orm.close(true);
});

test('a connection that ends while it is idle is not used again', async t => {
	const orm = await open(t);
	const others =
		'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
	await Promise.all(Array.from({length: poolSize(orm)}, () => orm.em.fork().execute('select pg_sleep(0.1)')));
	await orm.em.fork().execute(others);
	await t.notThrowsAsync(orm.em.fork().transactional(em => em.execute('select pg_sleep(0.1)')));
	await orm.close(true);
});

test('whoever waits too long for a connection is told that the database is away, and harms nobody', async t => {
	const orm = await open(t, {
		pool: {min: 1, max: 1},
		driverOptions: {...connectionPool, connectionTimeoutMillis: 200},
	});
	await orm.em.fork().transactional(async em => {
		const error = await t.throwsAsync(orm.em.fork().execute('select 1'));
		t.true(isDatabaseAway(error), error?.message);
		await em.execute('select 1');
	});
	t.deepEqual(await orm.em.fork().execute('select 1 as one'), [{one: 1}]);
	await orm.close(true);
});
