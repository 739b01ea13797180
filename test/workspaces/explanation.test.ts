import test from 'ava';
import {AppError} from '../../src/errors.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation();
});
test.afterEach.always(() => product.fake.recover());
test.after.always(async () => product?.close());

const explain = async (id: string, language = 'en') =>
	(await product.get(`/workspaces/${id}/explanation`, {'accept-language': language})).body;
const iso = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const withoutTimes = (sentences: string[]) => sentences.map(sentence => sentence.replaceAll(iso, 'T'));

test.serial('of a workspace at rest it says what is wanted, what is seen, why, and that nothing follows', async t => {
	const {id} = await product.create({name: 'at-rest'});
	const explanation = await explain(id);
	t.like(explanation, {
		workspaceId: id,
		wanted: 'running',
		status: 'running',
		seen: {state: 'running', exitCode: null, reason: null},
		because: {actor: {name: 'Local administrator'}, reason: {code: 'user', params: {command: 'create'}}},
		operation: null,
	});
	t.deepEqual([explanation.queue, explanation.next], [[], []]);
	t.deepEqual(withoutTimes(explanation.sentences), [
		'It is wanted running.',
		'The engine says since T: the container runs.',
		'The workspace is running since T; the last cause: Local administrator asked for it: create.',
		'Nothing else will happen by itself.',
	]);
	t.deepEqual(withoutTimes((await explain(id, 'zh-TW')).sentences), [
		'期望狀態：執行中。',
		'引擎自 T 起回報：容器執行中。',
		'工作區自 T 起：執行中；最近一次變更的原因：Local administrator 要求：建立。',
		'不會再自動發生任何事。',
	]);
});

test.serial('it names the step in the way, the attempt, the error, the next try, and what waits behind', async t => {
	const {id} = await product.create({name: 'in-the-way'});
	await product.command(id, 'stop');
	for (let count = 0; count < 50; count++) {
		product.fake.failNext('container.apply', 'before', new AppError('ENGINE_UNREACHABLE', {reason: 'ECONNREFUSED'}));
	}
	await product.post(`/workspaces/${id}/start`);
	await product.until('the start', 10, async () => (await product.workspace(id)).status === 'starting');
	await product.post(`/workspaces/${id}/rebuild`);
	const explanation = await product.until('the third attempt', 20, async () => {
		const found = await explain(id);
		return found.operation?.attempt >= 3 && found.operation.nextTryAt && found;
	});
	t.like(explanation, {
		wanted: 'running',
		status: 'starting',
		operation: {
			kind: 'start',
			step: 'container',
			of: null,
			isBeingUndone: false,
			lastError: {code: 'ENGINE_UNREACHABLE'},
		},
		queue: [{kind: 'rebuild'}],
	});
	const waits = Date.parse(explanation.operation.nextTryAt) - Date.now();
	t.true(waits > -1000 && waits <= 5000, `${waits} ms`);
	const words = explanation.sentences.join(' ');
	t.regex(words, /start: step 2 of 3, container\. Attempt \d+ failed\. The container engine does not answer/);
	t.regex(words, /It is tried again at/);
	t.regex(words, /After that comes: rebuild\./);
	product.fake.recover();
	await product.until('the end', 20, async () => (await product.workspace(id)).operation === null);
});

test.serial('what can be mended has a number of attempts, and a failure stays the reason', async t => {
	const {id} = await product.create({name: 'disk-full'});
	await product.command(id, 'stop');
	for (let count = 0; count < 5; count++) product.fake.failNext('container.apply', 'before', new AppError('DISK_FULL'));
	const {body} = await product.post(`/workspaces/${id}/start`);
	const during = await product.until('the second attempt', 20, async () => {
		const found = await explain(id);
		return found.operation?.attempt >= 2 && found.operation.lastError && found;
	});
	t.is(during.operation.of, 5);
	t.is((await product.ended(body.operationId)).status, 'failed');
	const after = await explain(id);
	t.like(after, {status: 'error', because: {actor: null, reason: {code: 'DISK_FULL'}}});
	t.regex(after.sentences.join(' '), /in error since .*; the last cause: The machine has no room left on its disk/);
});

test.serial('it foretells what happens by itself, the nearest first', async t => {
	const {id} = await product.create({name: 'foretold', autostopMinutes: 120, ttlMinutes: 60});
	const {next, sentences} = await explain(id);
	t.deepEqual(
		next.map(({action, cause}: {action: string; cause: string}) => `${action} ${cause}`),
		['delete ttl', 'stop autostop'],
	);
	const {stopsAt, deletesAt} = await product.workspace(id);
	t.deepEqual(
		next.map(({at}: {at: string}) => at),
		[deletesAt, stopsAt],
	);
	t.regex(sentences.join(' '), /it is deleted: its time to live ends\. .*it is stopped, unless someone uses it before/);
});

test.serial('of what is deleted, or never was, there is nothing to explain', async t => {
	const {id} = await product.create({name: 'gone'});
	await product.ended((await product.send('DELETE', `/workspaces/${id}`)).body.operationId);
	t.is((await explain(id)).code, 'WORKSPACE_NOT_FOUND');
});
