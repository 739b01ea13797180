import test, {type ExecutionContext} from 'ava';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import {end, generationOf, startContainer} from '../fakes/fake-engine.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation();
});
test.after.always(async () => product?.close());

const containerOf = (id: string) => {
	const own = [...product.fake.engine.containers.values()].filter(({spec}) => spec?.workspaceId === id);
	return own.toSorted((a, b) => generationOf(b) - generationOf(a))[0]!;
};
const lastOperation = async (id: string) => (await product.get(`/workspaces/${id}/operations`)).body.items[0];

/** Lets the workspace's container end whenever it runs. */
const crashAlways = (t: ExecutionContext, id: string): void => {
	const timer = setInterval(() => {
		const container = containerOf(id);
		if (container?.state === 'running') end(product.fake.engine, container, 3);
	}, 20);
	t.teardown(() => clearInterval(timer));
};

test('a container that somebody else started is stopped again, when the workspace is wanted stopped', async t => {
	const {id} = await product.create({name: 'started-outside'});
	await product.command(id, 'stop');
	startContainer(product.fake.engine, containerOf(id));
	const operation = await product.until('the repair', 10, async () => {
		const last = await lastOperation(id);
		return last.reason.code === 'drift' && last.status === 'succeeded' && last;
	});
	t.is(operation.kind, 'stop');
	t.like(await product.workspace(id), {status: 'stopped', desired: 'stopped', observed: 'stopped'});
	const codes = (await product.get(`/workspaces/${id}/activity?pageSize=50`)).body.items.map(
		({code}: {code: string}) => code,
	);
	t.true(codes.includes('containerStarted'));
});

test('a container in error that somebody else brought up is taken over', async t => {
	const {id} = await product.create({name: 'mended-outside', restartPolicy: {mode: 'never'}});
	end(product.fake.engine, containerOf(id), 3);
	await product.until('the error', 10, async () => (await product.workspace(id)).status === 'error');
	startContainer(product.fake.engine, containerOf(id));
	await product.until('the take-over', 10, async () => (await product.workspace(id)).status === 'running');
	t.like(await lastOperation(id), {kind: 'start', reason: {code: 'drift'}});
});

test('a container that ends again and again is an error with a reason, not a loop', async t => {
	const {id} = await product.create({name: 'crash-loop', restartPolicy: {mode: 'onFailure', maxRetries: 2}});
	crashAlways(t, id);
	const broken = await product.until('the error', 30, async () => {
		const workspace = await product.workspace(id);
		return workspace.status === 'error' && workspace.operation === null && workspace;
	});
	t.true(['crashLoop', 'EXITED'].includes(broken.reason.code), broken.reason.code);
	const {total} = (await product.get(`/workspaces/${id}/operations`)).body.pagination;
	t.true(total <= 3, `${total} operations`);
	const {sentences} = (await product.get(`/workspaces/${id}/explanation`)).body;
	t.true(sentences.includes('Nothing else will happen by itself.'), sentences.join(' '));
});

test('between repairs there is a pause, and the explanation says when the next one is', async t => {
	const {id} = await product.create({name: 'backoff', restartPolicy: {mode: 'always'}});
	await product.services.orm.em.fork().execute('update workspace set repairs = 2 where id = ?', [id]);
	end(product.fake.engine, containerOf(id), 3);
	const explanation = await product.until('the plan', 5, async () => {
		const {body} = await product.get(`/workspaces/${id}/explanation`);
		return body.next.length > 0 && body;
	});
	t.like(explanation, {
		wanted: 'running',
		seen: {state: 'dead', exitCode: 3},
		next: [{action: 'start', cause: 'drift'}],
	});
	const wait = Date.parse(explanation.next[0].at) - Date.now();
	t.true(wait > 1500 && wait <= 4000, `${wait} ms`);
	await product.until('the repair', 10, async () => (await lastOperation(id)).reason.code === 'drift');
	t.true(Date.now() >= Date.parse(explanation.next[0].at));
});
