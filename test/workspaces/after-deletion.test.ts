import test from 'ava';
import {startFakeInstallation} from '../helpers/fake-installation.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
test.before(async () => {
	product = await startFakeInstallation();
});
test.after.always(async () => product?.close());

test('the events of a deleted workspace end, and a reader that comes back is told so', async t => {
	const {body} = await product.post('/workspaces', {name: 'over'});
	const unseen = (await product.get(`/workspaces/${body.id}/explanation`)).body.seen;
	t.true(unseen.confirmedAt === null || unseen.confirmedAt >= body.createdAt);
	await product.ended(body.operation.id);
	const deletion = await product.send('DELETE', `/workspaces/${body.id}`);
	const seen = [];
	for await (const event of product.events(body.id, '0', AbortSignal.timeout(60_000))) seen.push(event);
	t.is(seen.at(-1)?.code, 'workspaceDeleted');
	t.is((await product.ended(deletion.body.operationId)).status, 'succeeded');

	const path = `/workspaces/${body.id}/events`;
	t.is((await product.get(path, {'last-event-id': seen.at(-1)!.id})).status, 204);
	t.is((await product.get(path)).status, 204);
	const missed = await product.get(path, {'last-event-id': seen.at(-2)!.id});
	t.is(missed.status, 200);
	t.regex(missed.body, /workspaceDeleted/);
});
