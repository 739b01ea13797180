import {randomBytes, randomUUID} from 'node:crypto';
import test from 'ava';
import type {WorkspaceRole} from '../../src/access/permissions.ts';
import type {TestClient} from '../helpers/client.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {type Person, peopleOf} from '../helpers/people.ts';

let product: Installation;
let workspaceId: string;
let people: ReturnType<typeof peopleOf>;
test.before(async () => {
	product = await startInstallation({
		withoutWorkers: true,
		env: {SECRET_KEY: randomBytes(32).toString('base64')},
	});
	people = peopleOf(product);
	workspaceId = (await product.post('/workspaces', {name: 'shared'})).body.id;
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

/** Somebody who has that role in the workspace. */
const as = async (role: WorkspaceRole | null): Promise<Person> => {
	const person = await people.person();
	await people.give(workspaceId, person, role);
	return person;
};

const attempt = async ({send, get}: TestClient): Promise<number[]> => {
	const path = `/workspaces/${workspaceId}/secrets`;
	const list = await get(path);
	const put = await send('PUT', `${path}/KEY`, {value: 'x'});
	const remove = await send('DELETE', `${path}/KEY`);
	return [list, put, remove].map(({status}) => status);
};

for (const [role, list, put, remove] of [
	[null, 404, 404, 404],
	['viewer', 403, 403, 403],
	['editor', 200, 403, 403],
	['manager', 200, 201, 204],
	['owner', 200, 201, 204],
] as const) {
	test.serial(`${role ?? 'a stranger'}: list ${list}, put ${put}, delete ${remove}`, async t => {
		t.deepEqual(await attempt(await as(role)), [list, put, remove]);
	});
}

test.serial('who writes is told, and a secret of one person is nothing to another', async t => {
	const [one, two] = [await as('manager'), await as('manager')];
	t.is((await one.send('PUT', '/users/me/secrets/MINE', {value: 'of one'})).status, 201);
	t.like((await one.get('/users/me/secrets')).body.items, [{name: 'MINE', updatedBy: one.actor.id}]);
	t.deepEqual((await two.get('/users/me/secrets')).body.items, []);
	t.is((await two.send('DELETE', '/users/me/secrets/MINE')).status, 404);
	t.is((await two.send('PUT', '/users/me/secrets/MINE', {value: 'of two'})).status, 201);
	const resolve = async (userId: string) =>
		(await product.services.secrets.resolve({workspaceId, userId}, ['MINE'])).get('MINE');
	t.is(await resolve(one.actor.id), 'of one');
	t.is(await resolve(two.actor.id), 'of two');
	t.is(await resolve(randomUUID()), undefined);
});

test.serial('a workspace that nobody has is not found, also by who may everything', async t => {
	for (const id of [randomUUID(), 'nonsense']) {
		t.is((await product.get(`/workspaces/${id}/secrets`)).status, 404);
		t.is((await product.send('PUT', `/workspaces/${id}/secrets/KEY`, {value: 'x'})).status, 404);
		t.is((await product.send('DELETE', `/workspaces/${id}/secrets/KEY`)).status, 404);
	}
});
