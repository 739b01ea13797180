import test from 'ava';
import {choosePort} from '../../stack/ports.ts';
import {MAIN_QUEUE} from '../../src/workspaces/workspace.contract.ts';
import type {Answer} from '../helpers/client.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {findViolations} from '../helpers/invariants.ts';
import {startWorkerProcess, type WorkerProcess} from '../helpers/worker-process.ts';

let product: Installation;
let worker: WorkerProcess;

test.before(async () => {
	product = await startInstallation({withoutWorkers: true, taskQueue: MAIN_QUEUE});
	worker = await startWorkerProcess(product.env);
});
test.after.always(async () => {
	await product?.removeWorkspaces();
	await worker?.stop();
	await product?.close();
});

test.serial('fifty commands are accepted at once while no worker is there, and done when one is', async t => {
	t.timeout(240_000);
	await worker.stop();
	const commands = ['restart', 'restart', 'rebuild', 'rebuild'];
	const person = async (index: number) => {
		const created = await timed(() => product.post('/workspaces', {name: `accepted-${index}`}));
		const answers = [created];
		for (const name of commands) {
			answers.push(await timed(() => product.post(`/workspaces/${created.answer.body.id}/${name}`)));
		}
		return answers;
	};
	const all = (await Promise.all(Array.from({length: 10}, (_, index) => person(index)))).flat();
	const times = all.map(({ms}) => ms).toSorted((a, b) => a - b);
	t.log(
		`${all.length} commands were answered within ${Math.round(times.at(-1)!)} ms, half of them within ${Math.round(times[25]!)} ms`,
	);
	t.true(all.every(({answer: {status}}) => status === 201 || status === 202));

	worker = await startWorkerProcess(product.env);
	const started = Date.now();
	const created = all.filter(({answer}) => answer.status === 201).map(({answer}) => answer.body.id);
	for (const id of created) {
		await product.until('rest', 180, async () => (await product.workspace(id)).operation === null);
		t.like(await product.workspace(id), {status: 'running', generation: 2});
	}
	t.log(`all was done ${((Date.now() - started) / 1000).toFixed(1)} s after a worker was there`);
	t.deepEqual(await findViolations(product), []);
});

test.serial('a worker that is asked to stop stops cleanly', async t => {
	t.is(await worker.stop(), 0);
	worker = await startWorkerProcess(product.env);
});

test.serial('a worker under node --watch does its work, and tells operators that it does', async t => {
	await worker.stop();
	const port = await choosePort();
	worker = await startWorkerProcess({
		...product.env,
		// What `node --watch` sets; the overlay of docker compose runs the worker that way.
		WATCH_REPORT_DEPENDENCIES: '1',
		WORKFLOW_BUNDLE: '',
		OPERATOR_PORT: String(port),
	});
	const operators = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
	const created = await product.post('/workspaces', {name: 'watched'});
	await product.until('rest', 120, async () => (await product.workspace(created.body.id)).operation === null);
	t.is((await product.workspace(created.body.id)).status, 'running');
	t.is((await operators('/health/ready')).status, 200);
	t.regex(await (await operators('/metrics')).text(), /^wsm_worker_running\{queue="[^"]+"\} 1$/m);
});

const timed = async (send: () => Promise<Answer>): Promise<{answer: Answer; ms: number}> => {
	const started = performance.now();
	const answer = await send();
	return {answer, ms: performance.now() - started};
};
