// Many at once, through two processes: not one too many, nobody stuck. FAILURES=full takes ten thousand of them.
import {randomUUID} from 'node:crypto';
import test from 'ava';
import {AppError} from '../../src/errors.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import type {TestClient} from '../helpers/client.ts';
import type {Installation} from '../helpers/installation.ts';
import {localAdministrator} from '../../src/access/actor.ts';
import {peopleOf} from '../helpers/people.ts';
import {moverOf} from './helpers.ts';

const creates = process.env['FAILURES'] === 'full' ? 10_000 : 500;
const LIMIT = 10;

let product: Installation;
let other: TestClient;
test.before(async () => {
	product = await startFakeInstallation({withoutWorkers: true});
	other = await product.anotherApi();
});
test.after.always(() => product?.close());

const mine = `/quotas/users/${localAdministrator.id}`;
const tally = (statuses: number[]) =>
	Object.fromEntries([...Map.groupBy(statuses, status => status)].map(([status, all]) => [status, all.length]));

/** So many calls, so many of them at once. */
const many = async <T>(count: number, atOnce: number, call: (index: number) => Promise<T>): Promise<T[]> => {
	const results: T[] = [];
	let next = 0;
	await Promise.all(
		Array.from({length: atOnce}, async () => {
			while (next < count) results.push(await call(next++));
		}),
	);
	return results;
};

test.serial(`of ${creates} creates that race for ${LIMIT} places exactly ${LIMIT} get one`, async t => {
	t.timeout(600_000);
	await product.send('PUT', mine, {workspaces: LIMIT});
	const started = performance.now();
	const statuses = await many(creates, Math.min(creates, 500), async index => {
		const api = index % 2 === 0 ? product : other;
		return (await api.post('/workspaces', {name: `race-${index}`})).status;
	});
	const seconds = (performance.now() - started) / 1000;
	t.log(`${creates} creates in ${seconds.toFixed(1)} s`);
	t.deepEqual(tally(statuses), {201: LIMIT, 409: creates - LIMIT});
	t.is((await product.get('/workspaces')).body.pagination.total, LIMIT);
	t.is((await product.get(mine)).body.used.workspaces, LIMIT);
});

test.serial('starts that race for the last place get it once', async t => {
	const ids = (await product.get('/workspaces')).body.items.map(({id}: {id: string}) => id) as string[];
	for (const id of ids) await product.post(`/workspaces/${id}/stop`);
	await product.send('PUT', mine, {runningWorkspaces: 1});
	const statuses = await Promise.all(
		[...ids, ...ids].map(
			async (id, index) => (await (index % 2 === 0 ? product : other).post(`/workspaces/${id}/start`)).status,
		),
	);
	t.is((await product.get(mine)).body.used.runningWorkspaces, 1);
	// The one that runs may be asked twice.
	const {202: accepted = 0, 409: refused = 0} = tally(statuses);
	t.is(accepted + refused, 2 * ids.length);
	t.true(accepted === 1 || accepted === 2);
});

test.serial('creates, starts, stops, moves and new limits at once never wait for each other in a circle', async t => {
	t.timeout(300_000);
	const people = peopleOf(product);
	t.teardown(() => people.close());
	const person = await people.person();
	const teams = [await people.team([[person, 'owner']]), await people.team([[person, 'owner']])];
	const limits = {workspaces: 6, runningWorkspaces: 3, jobs: 4};
	const put = async (path: string) => (await product.send('PUT', path, limits)).status;
	const paths = [`/quotas/users/${person.actor.id}`, ...teams.map(id => `/quotas/teams/${id}`)];
	for (const path of paths) await put(path);
	const moveTo = moverOf(product);
	const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;
	const workspaces = async () => (await person.get('/workspaces?pageSize=100')).body.items as {id: string}[];
	const move = async (id: string): Promise<number> => {
		try {
			await moveTo(id, pick([null, ...teams]));
			return 200;
		} catch (error) {
			return error instanceof AppError ? error.status : 500;
		}
	};
	const acts: ((id: string) => Promise<number>)[] = [
		async () =>
			(await person.post('/workspaces', {name: `c-${randomUUID().slice(0, 12)}`, teamId: pick([null, ...teams])}))
				.status,
		async id => (await person.post(`/workspaces/${id}/start`)).status,
		async id => (await person.post(`/workspaces/${id}/stop`)).status,
		async id =>
			(await person.send('PATCH', `/workspaces/${id}`, {resources: {cpus: pick([0.5, 1]), memoryMiB: 512, pids: 64}}))
				.status,
		async id =>
			(
				await person.post('/automation/jobs', {
					workspaceId: id,
					name: `j-${randomUUID()}`,
					kind: 'command',
					command: ['true'],
					trigger: {kind: 'manual'},
				})
			).status,
		async () => put(pick(paths)),
		move,
	];
	for (let time = 0; time < 5; time++) await acts[0]!('');
	const ids = (await workspaces()).map(({id}) => id);
	const statuses = await many(600, 60, () => pick(acts)(pick(ids)));
	t.deepEqual(
		Object.keys(tally(statuses)).filter(status => !['200', '201', '202', '409'].includes(status)),
		[],
	);
	for (const path of paths) {
		const {used} = (await product.get(path)).body;
		for (const name of ['workspaces', 'runningWorkspaces', 'jobs'] as const)
			t.true(used[name] <= limits[name], `${path} ${name}`);
	}
});
