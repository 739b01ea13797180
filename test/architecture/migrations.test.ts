import test from 'ava';
import {MikroORM} from '@mikro-orm/postgresql';
import {ormOptions} from '../../src/mikro-orm.config.ts';
import {createTestDatabase} from '../helpers/database.ts';

test('the migrations make exactly the schema that the entities describe', async t => {
	const database = await createTestDatabase();
	const orm = await MikroORM.init(ormOptions(database.url));
	t.teardown(async () => {
		await orm.close(true);
		await database.drop();
	});
	t.is(await orm.schema.getUpdateSchemaSQL(), '');
	t.is((await orm.migrator.getPending()).length, 0);
	t.deepEqual(await orm.em.fork().execute('select count(*)::int as rows from installation'), [{rows: 1}]);
});
