// The chain: whole under any load, and broken by whoever touches it.
import {randomBytes} from 'node:crypto';
import test from 'ava';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import type {Installation} from '../helpers/installation.ts';
import {trailOf} from './helpers.ts';

let product: Installation;
let trail: ReturnType<typeof trailOf>;
test.before(async () => {
	product = await startFakeInstallation({withoutWorkers: true, env: {SECRET_KEY: randomBytes(32).toString('base64')}});
	trail = trailOf(product);
});
test.after.always(() => product?.close());

const verification = async (from = 1) => (await product.get(`/audit/verification?from=${from}`)).body;
/** What a superuser can do, and what somebody must do first who only has the database's password. */
const behindTheTriggers = async (...statements: string[]): Promise<void> => {
	await trail.rows('alter table audit_event disable trigger user');
	for (const statement of statements) await trail.rows(statement);
	await trail.rows('alter table audit_event enable trigger user');
};

test.serial('fifty writers through two processes leave one chain without a gap', async t => {
	const other = await product.anotherApi();
	const writers = Array.from({length: 50}, async (_, writer) => {
		const api = writer % 2 === 0 ? product : other;
		const statuses: number[] = [];
		for (let time = 0; time < 6; time++) {
			const name = `w-${writer}-${time % 5}`;
			statuses.push((await api.post('/workspaces', {name})).status);
		}
		return statuses;
	});
	const statuses = (await Promise.all(writers)).flat();
	t.deepEqual(
		[statuses.filter(status => status === 201).length, statuses.filter(status => status === 409).length],
		[250, 50],
	);
	const [facts] = await trail.rows(
		`select count(*)::int as events, min(number)::int as first, max(number)::int as last,
			count(*) filter (where outcome = 'succeeded')::int as succeeded from audit_event`,
	);
	t.like(facts, {first: 1, succeeded: 250});
	t.is(facts!['events'], facts!['last']);
	const [disorder] = await trail.rows(
		'select count(*)::int as count from audit_event a join audit_event b on b.number = a.number + 1 where b.at < a.at',
	);
	t.is(disorder!['count'], 0);
	const found = await verification();
	t.like(found, {verified: facts!['events'], intact: true, firstBroken: null, next: null});
	t.is(found.head.number, facts!['last']);
	t.like(await verification(200), {verified: Number(facts!['events']) - 199, intact: true});
	t.like(await verification(100_000), {verified: 0, intact: true});
});

test.serial('nobody changes, removes or empties it', async t => {
	for (const statement of [
		`update audit_event set action = 'workspace.stop' where number = 3`,
		'delete from audit_event where number = 3',
		'delete from audit_event where false',
		'truncate audit_event',
	])
		await t.throwsAsync(trail.rows(statement), {message: /append-only/}, statement);
	t.true((await verification()).intact);
});

test.serial('numbers and hashes are not for whoever inserts to say', async t => {
	const last = await trail.last();
	await trail.rows(
		`insert into audit_event (number, previous_hash, hash, at, action, target_type, outcome, as_administrator, changes, request_id)
		values (7, 'x', 'x', now(), 'workspace.stop', 'workspace', 'succeeded', false, '[]', 'by hand')`,
	);
	t.is(await trail.last(), last + 1);
	t.like(await verification(), {verified: last + 1, intact: true});
});

test.serial('a walk that has no time left says where to go on', async t => {
	const {audit} = product.services;
	const last = await trail.last();
	t.like(await audit.verify(1, {deadline: 0, batch: 100}), {verified: 100, intact: true, next: 101});
	t.like(await audit.verify(101, {batch: 100}), {verified: last - 100, intact: true, next: null});
});

test.serial('a row that was changed is found, and one that was removed, at its number', async t => {
	const last = await trail.last();
	await behindTheTriggers(`create table kept as select * from audit_event`);
	const restore = () =>
		behindTheTriggers('delete from audit_event', 'insert into audit_event select * from kept order by number');
	for (const [what, statements, firstBroken] of [
		['changed', [`update audit_event set actor_name = 'Somebody else' where number = 100`], 100],
		['changed, a column that was null', [`update audit_event set error_code = 'X' where number = 1`], 1],
		['removed', ['delete from audit_event where number = 120'], 120],
		['removed, the first', ['delete from audit_event where number = 1'], 1],
		['removed, the last', [`delete from audit_event where number = ${last}`], last],
		['removed, the last of a batch and on', [`delete from audit_event where number > 200`], 201],
		[
			'changed, with a hash that fits',
			[
				`update audit_event set action = 'x' where number = 130`,
				'update audit_event e set hash = audit_event_digest(e) where number = 130',
			],
			131,
		],
		[
			'changed, the last, with a hash that fits',
			[
				`update audit_event set action = 'x' where number = ${last}`,
				`update audit_event e set hash = audit_event_digest(e) where number = ${last}`,
			],
			last,
		],
		[
			'added at the end',
			[
				`insert into audit_event select (jsonb_populate_record(e, jsonb_build_object('number', ${last + 1}))).* from audit_event e where number = ${last}`,
			],
			last + 1,
		],
	] as const) {
		await behindTheTriggers(...statements);
		t.like(await verification(), {intact: false, firstBroken, verified: firstBroken - 1, next: null}, what);
		t.like(await product.services.audit.verify(1, {batch: 100}), {intact: false, firstBroken}, what);
		await restore();
		t.true((await verification()).intact, what);
	}
	await trail.rows('drop table kept');
});

test.serial('where a refusal cannot be written down it is a refusal all the same', async t => {
	await product.post('/workspaces', {name: 'there'});
	await trail.rows('alter table audit_event rename column request_id to gone');
	const refused = await product.post('/workspaces', {name: 'there'});
	const changed = await product.post('/workspaces', {name: 'not-there'});
	await trail.rows('alter table audit_event rename column gone to request_id');
	t.like(refused, {status: 409, body: {code: 'WORKSPACE_NAME_TAKEN'}});
	t.is(changed.status, 500);
	t.is((await product.get('/workspaces?search=not-there')).body.pagination.total, 0);
});
