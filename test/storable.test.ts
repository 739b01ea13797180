// Whatever a workspace, an agent, an engine or an identity provider says can be stored.
import {type EntityMetadata, type EntityProperty, MikroORM} from '@mikro-orm/postgresql';
import test from 'ava';
import fc from 'fast-check';
import {v7 as uuid} from 'uuid';
import {ormOptions} from '../src/mikro-orm.config.ts';
import {storableJson} from '../src/storable-text.ts';
import {createTestDatabase, type TestDatabase} from './helpers/database.ts';

let database: TestDatabase;
let orm: MikroORM;
test.before(async () => {
	database = await createTestDatabase();
	orm = await MikroORM.init({...ormOptions(database.url), pool: {min: 1, max: 1}});
	// A row alone, without those that it refers to.
	await orm.em.fork().execute('set session_replication_role = replica');
	// Which columns go together is not what is tried here.
	for (const [table, check] of Object.entries(together))
		await orm.em.fork().execute(`alter table "${table}" drop constraint ${check}`);
});
test.after.always(async () => {
	await orm?.close(true);
	await database?.drop();
});

const together = {
	secret: 'secret_scope_check',
	invitation: 'invitation_for_check',
	quota: 'quota_subject_check',
	audit_head: 'audit_head_one_row_check',
};

const texts = fc.oneof(
	fc.constantFrom(
		'\0',
		'a\0b',
		'\uD800',
		'\uDC00x',
		`${'x'.repeat(254)}😀`,
		'漢'.repeat(4000),
		String.raw`\u0000 \\u0000`,
		"'",
		'\\',
		'?',
		'',
	),
	fc.string({unit: 'binary', maxLength: 400}),
	fc.array(fc.integer({min: 0, max: 0xffff}), {maxLength: 400}).map(units => String.fromCharCode(...units)),
);
const numbers = fc.oneof(
	fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e308, -1e308, 2 ** 53, 0.5, -0),
	fc.double(),
);
const dates = fc.oneof(fc.constantFrom(Number.NaN, 8.64e15, -8.64e15, 0), fc.integer()).map(time => new Date(time));
const {value: json} = fc.letrec<{value: unknown; list: unknown[]; object: Record<string, unknown>}>(tie => ({
	value: fc.oneof({maxDepth: 3}, texts, numbers, fc.constant(null), tie('list'), tie('object')),
	list: fc.array(tie('value'), {maxLength: 4}),
	object: fc.dictionary(texts, tie('value'), {maxKeys: 4}),
}));

const valueOf = (property: EntityProperty): fc.Arbitrary<unknown> => {
	const type = property.columnTypes[0]!;
	if (property.items) return fc.constantFrom(...property.items);
	if (type === 'uuid') return fc.constant(null).map(() => uuid());
	if (type === 'jsonb') return json.filter(value => value !== null);
	if (type.startsWith('big')) return fc.bigInt({min: 0n, max: 2n ** 62n}).map(String);
	if (type === 'bytea') return fc.uint8Array({maxLength: 20}).map(bytes => Buffer.from(bytes));
	if (type === 'boolean') return fc.boolean();
	if (type.startsWith('timestamptz')) return dates;
	if (type === 'int' || type === 'double precision') return numbers;
	return texts;
};

const columnsOf = (meta: EntityMetadata): EntityProperty[] =>
	meta.props.filter(({persist, version}) => persist !== false && !version);

const rowOf = (meta: EntityMetadata) =>
	fc.record(Object.fromEntries(columnsOf(meta).map(property => [property.name, valueOf(property)])));

const entities = Object.values(ormOptions('postgres://nowhere/none').entities!) as {name: string}[];
for (const {name} of entities) {
	test.serial(`every value of ${name} can be stored, through entities and without them`, async t => {
		const meta = orm.getMetadata().getByClassName(name as never) as EntityMetadata;
		let stored = 0;
		await fc.assert(
			fc.asyncProperty(rowOf(meta), rowOf(meta), async (row, changed) => {
				const em = orm.em.fork();
				await em.execute(`delete from "${meta.tableName}"`);
				const entity = em.create(meta.class, row as never, {partial: true});
				await em.persist(entity).flush();
				const values = Object.entries(changed).filter(([key]) => !meta.primaryKeys.includes(key as never));
				await orm.em.fork().nativeUpdate(meta.class, {} as never, Object.fromEntries(values) as never);
				const found = await orm.em.fork().find(meta.class, {} as never);
				t.is(found.length, 1);
				stored += 1;
			}),
			{numRuns: 40, includeErrorInReport: true},
		);
		t.true(stored >= 40);
	});
}

test.serial('text of raw statements can be stored, and only what cannot be kept is changed', async t => {
	await fc.assert(
		fc.asyncProperty(texts, json, async (text, value) => {
			const [row] = await orm.em
				.fork()
				.execute<{text: string; json: unknown}[]>('select ?::text as text, ?::jsonb as json', [
					text,
					storableJson(value),
				]);
			t.is(row!.text, text.replaceAll('\0', '\uFFFD').toWellFormed());
		}),
		{numRuns: 200},
	);
	const kept = {a: String.raw`\u0000 \ud800 \\`, b: ['😀', '"', '\n'], c: 1.5};
	t.deepEqual(JSON.parse(storableJson(kept)), kept);
});
