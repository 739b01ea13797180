// Times that came while no worker was there, with Temporal's own schedules and runs in real containers.
import {setTimeout as pause} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {CatchUpPolicy} from '../../src/automation/execution-rules.ts';
import type {ExecutionView} from '../../src/automation/execution.schema.ts';
import type {JobView} from '../../src/automation/job-view.schema.ts';
import {automationOf} from '../automation/helpers.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let product: Installation;
let automation: ReturnType<typeof automationOf>;
test.before(async () => {
	product = await startInstallation({env: {JOB_MINIMUM_SECONDS: '1'}});
	automation = automationOf(product);
});
test.after.always(() => product?.close());

const MINUTE = 60_000;
const runsFile = (job: JobView) => `runs-${job.id}`;

/** A job whose every run leaves a line in the workspace. */
const createJob = async (workspaceId: string, input: Record<string, unknown>): Promise<JobView> => {
	const job = await automation.create(workspaceId, {kind: 'command', command: ['true'], status: 'draft', ...input});
	const command = ['sh', '-c', `echo run >> ${runsFile(job)}; sleep 0.5`];
	await product.send('PATCH', `/automation/jobs/${job.id}`, {command, status: 'active'});
	return product.until('its schedule', 20, async () => {
		const {body} = await product.get(`/automation/jobs/${job.id}`);
		return body.scheduleInStep && body;
	});
};
const scheduleOf = (job: JobView) => product.services.temporal.client.schedule.getHandle(`job-${job.id}`);
const executionsOf = async (job: JobView): Promise<ExecutionView[]> =>
	(await product.get(`/automation/jobs/${job.id}/executions?sort=createdAt&pageSize=100`)).body.items;
const ended = (job: JobView, atLeast: number): Promise<ExecutionView[]> =>
	product.until(`${atLeast} ends of ${job.name}`, 60, async () => {
		const items = await executionsOf(job);
		return items.length >= atLeast && items.every(({finishedAt}) => finishedAt !== null) && items;
	});

/** Each time has one row, each run was one, and they ran in the order of their times, one over before the next began. */
const isAccountedFor = async (t: ExecutionContext, job: JobView, items: ExecutionView[]): Promise<void> => {
	t.is(new Set(items.map(({nominalTime}) => nominalTime)).size, items.length);
	const runs = items
		.filter(({startedAt}) => startedAt !== null)
		.toSorted((a, b) => a.startedAt!.localeCompare(b.startedAt!));
	for (const [index, run] of runs.entries()) {
		if (index === 0) continue;
		t.true(runs[index - 1]!.nominalTime < run.nominalTime);
		t.true(runs[index - 1]!.finishedAt! <= run.startedAt!);
	}
	const command = ['sh', '-c', `cat ${runsFile(job)} 2> /dev/null | wc -l`];
	const {stdout} = (await product.post(`/workspaces/${job.workspaceId}/exec`, {command})).body;
	t.is(Number(stdout), runs.length);
};
const statuses = (items: ExecutionView[]): string[] =>
	items.toSorted((a, b) => a.nominalTime.localeCompare(b.nominalTime)).map(({status}) => status);

test.serial('what came due in the seconds without a worker runs when one is back, each time once', async t => {
	const {id} = await product.create({name: 'seconds'});
	const policy = {overlap: 'bufferAll', catchUp: 'none'};
	const job = await createJob(id, {trigger: {kind: 'interval', everySeconds: 2}, policy});
	// A run may take longer than its interval: there need be no moment without one.
	await product.until('its first run', 60, async () => statuses(await executionsOf(job)).includes('succeeded'));
	await product.stopWorkers();
	const before = (await executionsOf(job)).length;
	const wentAt = new Date().toISOString();
	await pause(7000);
	t.is((await executionsOf(job)).length, before, 'nobody is there');
	const backAt = new Date().toISOString();
	await product.startWorkers();
	await product.until('all of them', 60, async () => (await executionsOf(job)).length >= before + 4);
	await product.post(`/automation/jobs/${job.id}/pause`);
	const items = await ended(job, before + 4);
	t.deepEqual([...new Set(statuses(items))], ['succeeded']);
	t.true(items.filter(({nominalTime}) => wentAt < nominalTime && nominalTime < backAt).length >= 3);
	const times = items.map(({nominalTime}) => Date.parse(nominalTime)).toSorted((a, b) => a - b);
	t.deepEqual(
		times,
		times.map((_, index) => times[0]! + index * 2000),
	);
	await isAccountedFor(t, job, items);
});

/** Due half an hour ago, and an hour and two hours before that. */
const hourly = () => ({
	kind: 'interval',
	everySeconds: 3600,
	offsetSeconds: Math.round(Date.now() / 1000 + 1800) % 3600,
});
const expected: Record<CatchUpPolicy, string[]> = {
	none: ['missed', 'missed', 'missed'],
	latest: ['missed', 'missed', 'succeeded'],
	all: ['succeeded', 'succeeded', 'succeeded'],
};
for (const [catchUp, outcome] of Object.entries(expected)) {
	test.serial(
		`of hours without a worker, catchUp ${catchUp} makes ${outcome.join(', ')}, whether or not Temporal started them`,
		async t => {
			const {id} = await product.create({name: `hours-${catchUp}`});
			const policy = {overlap: 'bufferAll', catchUp, catchUpWindowSeconds: 6 * 3600};
			const started = await createJob(id, {name: 'started', trigger: hourly(), policy});
			const unheardOf = await createJob(id, {name: 'unheard-of', trigger: hourly(), policy});
			await product.stopWorkers();
			await product.services.orm.em
				.fork()
				.execute("update job set covered_until = now() - interval '170 minutes' where workspace_id = ?", [id]);
			const now = Date.now();
			// Temporal itself lets the hours pass: it starts what came due in them, and nobody is there.
			await scheduleOf(started).backfill({start: new Date(now - 170 * MINUTE), end: new Date(now - MINUTE)});
			await product.until(
				'three workflows',
				20,
				async () => (await scheduleOf(started).describe()).info.numActionsTaken === 3,
			);
			t.deepEqual(await executionsOf(started), []);

			await product.startWorkers();
			const ofStarted = await ended(started, 3);
			await product.services.automationSweep.sweep();
			for (const [job, items] of [
				[started, ofStarted],
				[unheardOf, await ended(unheardOf, 3)],
			] as const) {
				t.deepEqual(statuses(items), outcome, job.name);
				await isAccountedFor(t, job, items);
				for (const {status, reason, nominalTime} of items) {
					if (status !== 'missed') continue;
					t.is(reason?.code, 'late');
					t.true(Math.abs(Number(reason?.params['seconds']) * 1000 - (Date.now() - Date.parse(nominalTime))) < MINUTE);
				}
			}
		},
	);
}

// Two minutes that really pass; the tests above take them from Temporal.
if (process.env['FAILURES'] === 'full') {
	test.serial('after two minutes without a worker each catch-up policy has its way with the times in them', async t => {
		t.timeout(300_000);
		const {id} = await product.create({name: 'minutes'});
		// Due in a quarter of a minute, and once more while nobody is there; then not before all of it is over.
		const everySeconds = 75;
		const offsetSeconds = Math.ceil(Date.now() / 1000 + 15) % everySeconds;
		const jobs = await Promise.all(
			Object.keys(expected).map(catchUp =>
				createJob(id, {
					name: catchUp,
					trigger: {kind: 'interval', everySeconds, offsetSeconds},
					policy: {overlap: 'bufferAll', catchUp},
				}),
			),
		);
		await product.stopWorkers();
		const [first] = (await product.get(`/automation/jobs/${jobs[0]!.id}/upcoming?count=1`)).body.items;
		await pause(Date.parse(first.at) - Date.now() + (everySeconds + 61) * 1000);
		await product.startWorkers();
		for (const job of jobs) {
			const items = (await ended(job, 2)).filter(
				({nominalTime}) => Date.parse(nominalTime) < Date.parse(first.at) + 1.5 * everySeconds * 1000,
			);
			t.deepEqual(statuses(items), expected[job.name as CatchUpPolicy].slice(-2), job.name);
		}
	});
}
