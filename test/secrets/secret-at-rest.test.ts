import {randomBytes} from 'node:crypto';
import {Writable} from 'node:stream';
import test from 'ava';
import {localAdministrator} from '../../src/access/actor.ts';
import {loadConfig} from '../../src/config.ts';
import {createLogger} from '../../src/logger.ts';
import {createServices} from '../../src/services.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

const lines: string[] = [];
const log = createLogger(
	{logLevel: 'trace'},
	new Writable({
		write(chunk: Buffer, _encoding, done) {
			lines.push(chunk.toString());
			done();
		},
	}),
);

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation({log, env: {SECRET_KEY: randomBytes(32).toString('base64')}});
});
test.after.always(async () => product?.close());

const userId = localAdministrator.id;
const rows = (query: string, params: unknown[] = []) =>
	product.services.orm.em.fork().execute<Record<string, string>[]>(query, params as never[]);
const put = async (scope: string, name: string, value: unknown) =>
	product.send('PUT', `${scope}/secrets/${name}`, {value});

/** Every row of every table as PostgreSQL writes it. */
const dump = async (): Promise<string> => {
	const tables = await rows(`select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`);
	const found = await Promise.all(tables.map(({name}) => rows(`select t::text as row from ${name} t`)));
	return JSON.stringify(found);
};

/** The same settings but for some. */
const servicesWith = async (env: NodeJS.ProcessEnv) =>
	createServices(loadConfig({...product.env, ...env}), log, {migrate: false, runtime: () => product.fake});

test.serial('a value is in no answer, no line of the log and no row of the database', async t => {
	const canary = `canary-${randomBytes(8).toString('hex')}`;
	const {id} = await product.create({name: 'canary'});
	const scope = `/workspaces/${id}`;
	const answers = [
		await put(scope, 'CANARY', canary),
		await put(scope, 'CANARY', `${canary} again`),
		await put('/users/me', 'CANARY', canary),
		await put(scope, 'lower', canary),
		await put(scope, 'CANARY', canary.repeat(3000)),
		await put(scope, 'CANARY', `${canary}\0`),
		await put(scope, 'CANARY', [canary]),
		await put(scope, 'CANARY', {value: canary}),
		await product.send('PUT', `${scope}/secrets/CANARY`, {value: 'x', other: canary}),
		await product.send('PUT', `${scope}/secrets/CANARY`, canary),
		await product.send('PUT', `${scope}/secrets/CANARY`, JSON.stringify(canary)),
		await product.send('PUT', `${scope}/secrets/CANARY`, `{"value": "${canary}"`),
		await product.send('PUT', `${scope}/secrets/CANARY`, {value: canary}, {'content-type': 'text/plain'}),
		await product.send('PUT', `${scope}/secrets/CANARY`, {value: canary}, {'if-match': '"9"'}),
		await product.send('PUT', `${scope}/secrets/CANARY`, {value: canary}, {'idempotency-key': 'once'}),
		await product.send('POST', `${scope}/secrets/CANARY`, {value: canary}),
		await product.get(`${scope}/secrets`),
		await product.get('/users/me/secrets'),
		await product.get(scope),
		await product.get(`${scope}/activity`),
		await product.get(`${scope}/explanation`),
	];
	t.deepEqual(
		answers.map(({status}) => status),
		[201, 204, 201, 422, 422, 422, 422, 422, 422, 400, 422, 400, 415, 412, 204, 405, 200, 200, 200, 200, 200],
	);
	t.deepEqual(
		await product.services.secrets.resolve({workspaceId: id, userId}, ['CANARY']),
		new Map([['CANARY', canary]]),
	);
	for (const {body, headers} of answers) {
		t.false(JSON.stringify([body, [...headers]]).includes(canary));
	}

	const database = await dump();
	t.true(database.includes('CANARY') && database.includes(id));
	for (const encoding of ['utf8', 'hex', 'base64'] as const) {
		t.false(database.includes(Buffer.from(canary).toString(encoding).slice(0, 20)), encoding);
	}
	const written = lines.join('');
	t.true(written.includes('/api/v1/workspaces/:id/secrets/:name'));
	t.false(written.includes(canary));
});

test.serial('a database that refuses a secret does not make its value known', async t => {
	const canary = `canary-${randomBytes(8).toString('hex')}`;
	await rows('alter table secret rename column key_id to gone');
	const refused = await put('/users/me', 'REFUSED', canary);
	await rows('alter table secret rename column gone to key_id');
	t.is(refused.status, 500);
	t.false(JSON.stringify(refused.body).includes(canary));
	t.true(lines.join('').includes('request failed'));
	t.false(lines.join('').includes(canary));
});

test.serial('a ciphertext that was moved to another name or another workspace does not open there', async t => {
	const [one, two] = [await product.create({name: 'swap-one'}), await product.create({name: 'swap-two'})];
	await put(`/workspaces/${one.id}`, 'MINE', 'of one');
	await put(`/workspaces/${one.id}`, 'OTHER', 'also of one');
	await put(`/workspaces/${two.id}`, 'MINE', 'of two');
	const resolve = (workspaceId: string, name: string) =>
		product.services.secrets.resolve({workspaceId, userId}, [name]);

	await rows(
		`update secret set ciphertext = (select ciphertext from secret where workspace_id = ? and name = 'MINE')
		where workspace_id = ? and name in ('MINE', 'OTHER')`,
		[two.id, one.id],
	);
	for (const name of ['MINE', 'OTHER']) {
		const error = await t.throwsAsync(resolve(one.id, name), {message: 'SECRET_UNREADABLE'});
		t.like(error, {params: {name}});
	}
	t.deepEqual(await resolve(two.id, 'MINE'), new Map([['MINE', 'of two']]));

	await put(`/workspaces/${one.id}`, 'ROW', 'of one');
	await rows(`update secret set name = 'RENAMED' where workspace_id = ? and name = 'ROW'`, [one.id]);
	await t.throwsAsync(resolve(one.id, 'RENAMED'), {message: 'SECRET_UNREADABLE'});
});

test.serial(
	'with another key a secret cannot be used, and says so; it can be listed, replaced and deleted',
	async t => {
		const {id} = await product.create({name: 'rekeyed'});
		const scope = {workspace: id};
		for (const name of ['OLD', 'STALE', 'MINE']) await put(`/workspaces/${id}`, name, 'old');
		await put('/users/me', 'MINE', 'own');
		const other = await servicesWith({SECRET_KEY: randomBytes(32).toString('base64')});
		const {secrets} = other;
		const resolve = (...names: string[]) => secrets.resolve({workspaceId: id, userId}, names);

		const error = await t.throwsAsync(resolve('OLD'), {message: 'SECRET_UNREADABLE'});
		t.like(error, {params: {name: 'OLD'}});
		// Not the person's own instead: it is not the one that was meant.
		await t.throwsAsync(resolve('MINE'), {message: 'SECRET_UNREADABLE'});
		t.deepEqual((await product.get(`/workspaces/${id}/secrets`)).body.items.length, 3);
		const em = other.orm.em.fork();
		t.is((await em.execute('select 1 from secret where workspace_id = ?', [id])).length, 3);
		await secrets.put(localAdministrator, scope, {name: 'OLD', value: 'new'}, null);
		await secrets.remove(scope, 'STALE', null);
		t.deepEqual(await resolve('OLD', 'STALE'), new Map([['OLD', 'new']]));
		await t.throwsAsync(product.services.secrets.resolve({workspaceId: id, userId}, ['OLD']), {
			message: 'SECRET_UNREADABLE',
		});
		await other.close();
	},
);

test.serial('without a key nothing is stored and nothing is used, and the rest works', async t => {
	const {id} = await product.create({name: 'keyless'});
	await put(`/workspaces/${id}`, 'KEPT', 'kept');
	const keyless = await servicesWith({SECRET_KEY: ''});
	const {secrets} = keyless;
	const scope = {workspace: id};
	await t.throwsAsync(secrets.put(localAdministrator, scope, {name: 'NEW', value: 'x'}, null), {
		message: 'SECRETS_NOT_CONFIGURED',
	});
	await t.throwsAsync(secrets.resolve({workspaceId: id, userId}, ['KEPT']), {message: 'SECRETS_NOT_CONFIGURED'});
	t.deepEqual(await secrets.resolve({workspaceId: id, userId}, ['NEW']), new Map());
	await secrets.remove(scope, 'KEPT', null);
	t.deepEqual((await product.get(`/workspaces/${id}/secrets`)).body.items, []);
	await keyless.close();
});
