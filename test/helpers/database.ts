import {randomBytes} from 'node:crypto';
import {MikroORM} from '@mikro-orm/postgresql';
import {ormOptions} from '../../src/mikro-orm.config.ts';

const sharedServer = process.env['TEST_DATABASE_URL'];
const template = `test_${process.env['TEST_RUN_ID'] ?? 'local'}_template`;
/** Any number; makes the template be built by one test file only. */
const TEMPLATE_LOCK = 7_203_512;

export interface TestDatabase {
	url: string;
	drop(): Promise<void>;
}

/** An empty database with the current schema: a copy of a template that is migrated once in a run. */
export const createTestDatabase = async (serverUrl = sharedServer): Promise<TestDatabase> => {
	if (!serverUrl) throw new Error('TEST_DATABASE_URL is not set; run the tests with `npm test`.');
	const name = `test_${randomBytes(6).toString('hex')}`;
	await onServer(serverUrl, async execute => {
		await execute('select pg_advisory_lock(?)', [TEMPLATE_LOCK]);
		const [found] = await execute('select 1 from pg_database where datname = ?', [template]);
		if (!found) {
			await execute(`create database "${template}"`);
			const orm = await MikroORM.init({...ormOptions(databaseUrl(serverUrl, template)), allowGlobalContext: true});
			await orm.migrator.up();
			await orm.close(true);
		}
		await execute(`create database "${name}" template "${template}"`);
	});
	// A copy would otherwise be the same installation, to whom all others' engine objects belong as well.
	await onServer(databaseUrl(serverUrl, name), async execute => {
		await execute('update installation set id = gen_random_uuid()');
	});
	return {
		url: databaseUrl(serverUrl, name),
		drop: () =>
			onServer(serverUrl, async execute => {
				await execute(`drop database if exists "${name}" with (force)`);
			}),
	};
};

const databaseUrl = (serverUrl: string, name: string): string => {
	const url = new URL(serverUrl);
	url.pathname = `/${name}`;
	return url.href;
};

type Execute = (sql: string, params?: unknown[]) => Promise<unknown[]>;

/** One connection, so that its locks end with it. */
const onServer = async (url: string, work: (execute: Execute) => Promise<void>): Promise<void> => {
	const orm = await MikroORM.init({...ormOptions(url), pool: {min: 1, max: 1}});
	try {
		await work((sql, params = []) => orm.em.getConnection().execute(sql, params as never[]));
	} finally {
		await orm.close(true);
	}
};
