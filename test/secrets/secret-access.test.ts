import {randomBytes, randomUUID} from 'node:crypto';
import test from 'ava';
import {createAccessService} from '../../src/access/access.service.ts';
import type {Actor} from '../../src/access/actor.ts';
import type {WorkspaceRole} from '../../src/access/permissions.ts';
import {createApp} from '../../src/app.ts';
import {listen} from '../../src/http/listen.ts';
import {createRootRouter} from '../../src/http/router.ts';
import {createRouters} from '../../src/routers.ts';
import {User} from '../../src/users/user.entity.ts';
import {createClient, type TestClient} from '../helpers/client.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let product: Installation;
let workspaceId: string;
const close: (() => Promise<void>)[] = [];
test.before(async () => {
	product = await startInstallation({
		withoutWorkers: true,
		env: {SECRET_KEY: randomBytes(32).toString('base64')},
	});
	workspaceId = (await product.post('/workspaces', {name: 'shared'})).body.id;
});
test.after.always(async () => {
	for (const each of close) await each();
	await product?.close();
});

/** The API as a member of the platform meets it who has that role in every workspace. */
const as = async (role: WorkspaceRole | null): Promise<{client: TestClient; actor: Actor}> => {
	const {services} = product;
	const actor: Actor = {id: randomUUID(), name: 'Somebody', platformRole: 'member'};
	await services.orm.em.fork().insert(User, {...actor, createdAt: new Date()});
	const router = createRootRouter().use((ctx, next) => {
		ctx.state.actor = actor;
		return next();
	});
	for (const each of createRouters(services)) router.use(each.routes());
	const access = createAccessService({workspaceRole: async () => role});
	const app = createApp({...services, access, routers: [router]});
	const server = await listen(app, {host: '127.0.0.1', port: 0});
	close.push(() => server.close(0));
	return {client: createClient(server.url), actor};
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
		t.deepEqual(await attempt((await as(role)).client), [list, put, remove]);
	});
}

test.serial('who writes is told, and a secret of one person is nothing to another', async t => {
	const [one, two] = [await as('manager'), await as('manager')];
	t.is((await one.client.send('PUT', '/users/me/secrets/MINE', {value: 'of one'})).status, 201);
	t.like((await one.client.get('/users/me/secrets')).body.items, [{name: 'MINE', updatedBy: one.actor.id}]);
	t.deepEqual((await two.client.get('/users/me/secrets')).body.items, []);
	t.is((await two.client.send('DELETE', '/users/me/secrets/MINE')).status, 404);
	t.is((await two.client.send('PUT', '/users/me/secrets/MINE', {value: 'of two'})).status, 201);
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
