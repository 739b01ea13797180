// Two workers, two APIs, people who change their minds, and workers that are killed at any moment. `npm run test:failures` kills 200 times.
import {randomInt} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import type {TestClient} from '../helpers/client.ts';
import {type Installation, startInstallation, workflowBundle} from '../helpers/installation.ts';
import {findViolations} from '../helpers/invariants.ts';
import {type FaultyWorker, startFaultyWorker} from './faults/faulty-worker.ts';

const kills = Number(process.env['KILLS'] ?? (process.env['FAILURES'] === 'full' ? 200 : 8));
const people = 6;

let product: Installation;
let workers: FaultyWorker[] = [];
let apis: TestClient[];
test.before(async () => {
	product = await startInstallation({withoutWorkers: true});
	apis = [product, await product.anotherApi()];
	const env = {
		...product.env,
		TEST_TASK_QUEUE: product.services.temporal.taskQueue,
		WORKFLOW_BUNDLE: await workflowBundle(),
	};
	workers = await Promise.all([startFaultyWorker(env), startFaultyWorker(env)]);
});
test.after.always(async () => {
	try {
		await product?.removeWorkspaces();
	} finally {
		await Promise.all(workers.map(worker => worker.stop()));
		await product?.close();
	}
});

const pick = <T>(list: readonly T[]): T => list[randomInt(list.length)]!;

/** Makes a workspace, gives it commands at random, deletes it, and begins again, until told to stop. Answers what was refused with a server error. */
const person = async (name: string, isOver: () => boolean): Promise<string[]> => {
	const faults: string[] = [];
	const say = async (method: string, path: string, body?: unknown) => {
		const answer = await pick(apis).send(method, path, body);
		if (answer.status >= 500) faults.push(`${method} ${path}: ${answer.status} ${answer.body.code}`);
		return answer;
	};
	for (let count = 0; !isOver(); count++) {
		const {body} = await say('POST', '/workspaces', {name: `${name}-${count}`, setupScript: 'sleep 0.2'});
		for (let commands = randomInt(2, 8); commands > 0 && !isOver(); commands--) {
			await pause(randomInt(100, 2500));
			await say('POST', `/workspaces/${body.id}/${pick(['start', 'stop', 'restart', 'rebuild', 'bootstrap'])}`);
		}
		if (isOver()) break;
		await say('DELETE', `/workspaces/${body.id}`);
		await pause(randomInt(100, 1500));
	}
	return faults;
};

test.serial(`${kills} kills cost nothing but time: no orphan, no double, nothing stuck, nothing lost`, async t => {
	t.timeout(kills * 15_000 + 300_000);
	let over = false;
	const working = Promise.all(Array.from({length: people}, (_, index) => person(`person-${index}`, () => over)));
	for (let count = 0; count < kills; count++) {
		await pause(randomInt(200, 2500));
		const worker = workers[count % 2]!;
		await worker.ready();
		await worker.kill();
	}
	over = true;
	t.deepEqual((await working).flat(), []);
	const {total} = (await product.get('/workspaces')).body.pagination;
	const em = product.services.orm.em.fork();
	const isOver = async () =>
		(await em.execute(`select 1 from operation where status in ('queued', 'running') limit 1`)).length === 0;
	// Whatever is stuck then is named below.
	await product.until('the end of everything', 240, isOver).catch((error: Error) => t.log(error.message));
	const rows = await em.execute<{status: string; count: number}[]>(
		'select status, count(*)::int as count from operation group by status order by status',
	);
	t.log(`${workers.reduce((sum, {deaths}) => sum + deaths, 0)} kills, ${total} workspaces left`);
	t.log(`operations: ${rows.map(({status, count}) => `${count} ${status}`).join(', ')}`);
	const failed = await em.execute(`select kind, error, steps from operation where status = 'failed'`);
	t.deepEqual(failed, []);
	t.deepEqual(await findViolations(product), []);
});
