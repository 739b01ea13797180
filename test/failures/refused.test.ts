// What the database refuses for ever ends in a state that says so; it is not tried for ever.
import test from 'ava';
import {isDatabaseAway} from '../../src/database-away.ts';
import {isRefused, toTemporalFailure} from '../../activities/failures.ts';
import {automationOf} from '../automation/helpers.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let product: Installation;
let automation: ReturnType<typeof automationOf>;
let workspaceId: string;
test.before(async () => {
	product = await startInstallation({env: {SECRET_KEY: 'a key that only these tests know of'}});
	automation = automationOf(product);
	({id: workspaceId} = await product.create({name: 'refused', resources: {cpus: 1, memoryMiB: 512}}));
});
test.after.always(() => product?.close());

const withCode = (code: string): Error => Object.assign(new Error('said by the database'), {code});

for (const code of ['22021', '22P05', '23502', '23514', '42P01', '42703', '08P01', 'XX000']) {
	test(`SQLSTATE ${code} is a refusal: it is tried five times`, t => {
		t.false(isDatabaseAway(withCode(code)));
		t.deepEqual(
			[1, 4, 5, 192].map(attempt => isRefused(withCode(code), attempt)),
			[false, false, true, true],
		);
		t.like(toTemporalFailure(withCode(code), 5), {nonRetryable: true, type: 'INTERNAL_ERROR'});
	});
}

for (const code of ['08006', '08001', '57P01', '57P03', '53300', '53100', '40P01', '40001', '57014', 'ECONNREFUSED']) {
	test(`${code} says that the database cannot now: it is waited for`, t => {
		t.true(isDatabaseAway(withCode(code)));
		t.false(isRefused(withCode(code), 1000));
		t.like(toTemporalFailure(withCode(code), 1000), {nonRetryable: false, type: 'DATABASE_UNAVAILABLE'});
	});
}

/** The database refuses to write such rows until the work is done. */
const refusing = async (table: string, rows: string, work: () => Promise<void>): Promise<void> => {
	const em = product.services.orm.em.fork();
	await em.execute(`create function refuse() returns trigger language plpgsql as
		$$ begin raise exception 'refused' using errcode = '22P05'; end $$`);
	await em.execute(
		`create trigger refuse before insert or update on "${table}" for each row when (${rows}) execute function refuse()`,
	);
	try {
		await work();
	} finally {
		await em.execute('drop function refuse cascade');
	}
};

const inError = async (id: string) => {
	const found = (await product.get(`/workspaces/${id}`)).body;
	return found.status === 'error' && found;
};

test.serial('a run whose result is refused ends as unknown, and says why', async t => {
	await refusing('execution', 'new.result is not null', async () => {
		const ended = await automation.run(workspaceId, {kind: 'command', command: ['true']});
		t.like(ended, {status: 'unknown', reason: {code: 'RESULT_NOT_STORED', params: {}}});
	});
	t.is((await automation.run(workspaceId, {kind: 'command', command: ['true']})).status, 'succeeded');
});

test.serial('a run that cannot be written down as begun ends, and nothing of it goes on', async t => {
	await refusing('execution', "new.status = 'running'", async () => {
		const ended = await automation.run(workspaceId, {kind: 'command', command: ['sleep', '301']});
		t.like(ended, {status: 'unknown', reason: {code: 'INTERNAL_ERROR'}});
		await product.until('the end of its process', 60, async () => (await automation.left(workspaceId, ended.id)) === 0);
	});
});

test.serial('a run that cannot be ended in the ordinary way ends with the least that says so', async t => {
	await refusing(
		'execution',
		"new.exit_code is not null or (new.status = 'unknown' and new.reason->>'code' = 'X')",
		async () => {
			t.is((await automation.run(workspaceId, {kind: 'command', command: ['true']})).status, 'unknown');
		},
	);
});

test.serial('an operation that cannot go on fails, leaves its workspace in error, and delete wins', async t => {
	const {id} = await product.create({name: 'stuck'});
	await refusing('operation', "new.status = 'running'", async () => {
		const {operationId} = (await product.post(`/workspaces/${id}/restart`)).body;
		const found = await product.until('the end of the restart', 60, () => inError(id));
		t.is(found.reason.code, 'INTERNAL_ERROR');
		t.like((await product.get(`/operations/${operationId}`)).body, {status: 'failed', error: {code: 'INTERNAL_ERROR'}});
	});
	await product.send('DELETE', `/workspaces/${id}`);
	await product.until(
		'the end of the workspace',
		60,
		async () => (await product.get(`/workspaces/${id}`)).status === 404,
	);
});
