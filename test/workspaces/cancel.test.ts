import test from 'ava';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation();
});
test.afterEach.always(() => product.fake.recover());
test.after.always(async () => product?.close());

const cancel = (operationId: string) => product.post(`/operations/${operationId}/cancel`);
const objects = async (workspaceId: string) => {
	const list = await product.fake.list({workspaceId}, new AbortController().signal);
	return list.map(({type}) => type);
};
const atStep = (operationId: string, name: string) =>
	product.until(`the step ${name}`, 10, async () => {
		const {steps} = await product.operation(operationId);
		return steps.some(step => step.name === name && step.status === 'running');
	});

test.serial(
	'a create that is cancelled is undone, newest step first, and the workspace can be started again',
	async t => {
		product.fake.hang('ready.apply');
		const {body} = await product.post('/workspaces', {name: 'cancelled'});
		await atStep(body.operation.id, 'ready');
		const answer = await cancel(body.operation.id);
		t.is(answer.status, 202);
		t.is(answer.body.message, 'Being cancelled: create.');
		t.is(answer.headers.get('location'), `/api/v1/operations/${body.operation.id}`);

		const operation = await product.ended(body.operation.id);
		t.is(operation.status, 'cancelled');
		t.true(operation.steps.every(step => step.status === 'reverted'));
		t.like(await product.workspace(body.id), {status: 'error', desired: 'stopped', observed: 'absent'});
		t.deepEqual(await objects(body.id), []);
		const {items} = (await product.get(`/workspaces/${body.id}/activity?pageSize=100&sort=id`)).body;
		const undone = items.filter(({code}: {code: string}) => code === 'stepReverted');
		t.deepEqual(
			undone.map(({params}: {params: {step: string}}) => params.step),
			['ready', 'container', 'volume', 'network'],
		);

		product.fake.recover();
		t.is((await product.command(body.id, 'start')).status, 'succeeded');
		t.is((await product.workspace(body.id)).status, 'running');
	},
);

test.serial('a start that is cancelled leaves the workspace stopped, with its files', async t => {
	const {id} = await product.create({name: 'start-cancelled'});
	await product.command(id, 'stop');
	product.fake.hang('ready.apply');
	const {body} = await product.post(`/workspaces/${id}/start`);
	await atStep(body.operationId, 'ready');
	await cancel(body.operationId);
	t.is((await product.ended(body.operationId)).status, 'cancelled');
	t.like(await product.workspace(id), {status: 'stopped', desired: 'stopped', observed: 'stopped'});
	t.deepEqual((await objects(id)).toSorted(), ['container', 'network', 'volume']);
});

test.serial('a rebuild that is cancelled gives back the container that ran before', async t => {
	const {id} = await product.create({name: 'rebuild-cancelled'});
	product.fake.hang('ready.apply');
	const {body} = await product.post(`/workspaces/${id}/rebuild`);
	await atStep(body.operationId, 'ready');
	await cancel(body.operationId);
	t.is((await product.ended(body.operationId)).status, 'cancelled');
	t.like(await product.workspace(id), {status: 'running', desired: 'running', observed: 'running', generation: 1});
});

test.serial(
	'an operation that waits for its turn ends at once, and what people want is what they asked for before',
	async t => {
		const {id} = await product.create({name: 'queue'});
		product.fake.hang('ready.apply');
		const restart = (await product.post(`/workspaces/${id}/restart`)).body;
		await atStep(restart.operationId, 'ready');
		const rebuild = (await product.post(`/workspaces/${id}/rebuild`)).body;
		t.is((await cancel(rebuild.operationId)).status, 202);
		t.is((await product.operation(rebuild.operationId)).status, 'cancelled');
		t.is((await product.workspace(id)).desired, 'running');
		product.fake.recover();
		t.is((await product.ended(restart.operationId)).status, 'succeeded');
	},
);

test.serial('what was undone cannot be undone again, and what has ended not at all', async t => {
	const {id} = await product.create({name: 'over'});
	const {body} = await product.get(`/workspaces/${id}/operations`);
	const ended = await cancel(body.items[0].id);
	t.is(ended.status, 409);
	t.is(ended.body.code, 'OPERATION_ENDED');

	product.fake.hang('ready.apply');
	const restart = (await product.post(`/workspaces/${id}/restart`)).body;
	await atStep(restart.operationId, 'ready');
	const both = await Promise.all([cancel(restart.operationId), cancel(restart.operationId)]);
	t.deepEqual(
		both.map(({status}) => status),
		[202, 202],
	);
	await product.ended(restart.operationId);
	t.is((await cancel(restart.operationId)).status, 200);
	t.is((await cancel('01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e')).body.code, 'OPERATION_NOT_FOUND');
});

test.serial('a deletion is a way without return', async t => {
	const {id} = await product.create({name: 'doomed'});
	product.fake.hang('network.revert');
	const {body} = await product.send('DELETE', `/workspaces/${id}`);
	const refused = await cancel(body.operationId);
	t.is(refused.status, 409);
	t.is(refused.body.code, 'OPERATION_NOT_CANCELLABLE');
	product.fake.recover();
	t.is((await product.ended(body.operationId)).status, 'succeeded');
});

test.serial('undoing is tried again until it is done, and says so meanwhile', async t => {
	product.fake.hang('ready.apply');
	const {body} = await product.post('/workspaces', {name: 'hard-to-undo'});
	await atStep(body.operation.id, 'ready');
	for (let count = 0; count < 8; count++) product.fake.failNext('container.revert', 'before', new Error('not yet'));
	await cancel(body.operation.id);
	const undoing = await product.until('the third attempt to undo', 20, async () => {
		const operation = await product.operation(body.operation.id);
		const step = operation.steps.find(({name}) => name === 'container');
		return step?.status === 'reverting' && step.attempt >= 3 && step.nextTryAt !== null && operation;
	});
	t.regex(undoing.message, /being undone, step 3 of 4, container\. Attempt \d+ failed/);
	const {operation} = (await product.get(`/workspaces/${body.id}/explanation`)).body;
	t.like(operation, {isBeingUndone: true, step: 'container', of: null, lastError: {code: 'INTERNAL_ERROR'}});
	product.fake.recover();
	t.is((await product.ended(body.operation.id)).status, 'cancelled');
	t.deepEqual(await objects(body.id), []);
});
