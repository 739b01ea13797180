// Times that nobody was there for. Nobody works here: what is accepted stays as it is.
import test from 'ava';
import {
	catchUpPolicies,
	type CatchUpPolicy,
	overlapPolicies,
	type OverlapPolicy,
	RUNS_PER_WORKSPACE,
} from '../../src/automation/execution-rules.ts';
import type {ExecutionView} from '../../src/automation/execution.schema.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import type {Installation} from '../helpers/installation.ts';
import {automationOf} from './helpers.ts';

let product: Installation;
let automation: ReturnType<typeof automationOf>;
test.before(async () => {
	product = await startFakeInstallation({withoutWorkers: true});
	automation = automationOf(product);
});
test.after.always(() => product?.close());

const MINUTE = 60_000;
let count = 0;
/** A job that is due every minute, and that nobody has looked at for so long. */
const jobLeftAlone = async (minutes: number, policy: Record<string, unknown>) => {
	const {body} = await product.post('/workspaces', {name: `left-alone-${count++}`});
	const job = await automation.create(body.id, {
		kind: 'command',
		command: ['true'],
		trigger: {kind: 'interval', everySeconds: 60},
		policy,
	});
	await product.services.orm.em
		.fork()
		.execute("update job set covered_until = now() - ? * interval '1 minute' where id = ?", [minutes, job.id]);
	return job;
};
const executionsOf = async (jobId: string): Promise<ExecutionView[]> =>
	(await product.get(`/automation/jobs/${jobId}/executions?sort=createdAt&pageSize=100`)).body.items;
const byTime = (items: ExecutionView[]) =>
	items.toSorted((a, b) => a.nominalTime.localeCompare(b.nominalTime)).map(({status}) => status);

const expected: Record<CatchUpPolicy, (due: number) => string[]> = {
	none: due => Array.from({length: due}, () => 'missed'),
	latest: due => [...Array.from({length: due - 1}, () => 'missed'), 'waiting'],
	all: due => ['waiting', ...Array.from({length: due - 1}, () => 'queued')],
};

for (const catchUp of catchUpPolicies) {
	test.serial(
		`after an hour away every time has one row, and with catchUp ${catchUp} those run that should`,
		async t => {
			const job = await jobLeftAlone(60, {catchUp, overlap: 'bufferAll', catchUpWindowSeconds: 7200});
			// A time of less than a minute ago may still be claimed by its own workflow.
			await product.services.claims.coverPast();
			const items = await executionsOf(job.id);
			t.true(items.length === 59 || items.length === 58, String(items.length));
			// The latest of all has its minute of grace: until it is over, the one before it is the latest that was looked at.
			const statuses = byTime(items);
			if (catchUp === 'latest') t.true(statuses.slice(0, -1).every(status => status === 'missed'));
			else t.deepEqual(statuses, expected[catchUp](items.length));
			t.true(items.every(({trigger}) => trigger === 'schedule'));
			t.is(new Set(items.map(({nominalTime}) => nominalTime)).size, items.length);

			await product.services.claims.coverPast();
			t.true((await executionsOf(job.id)).length - items.length <= 1, 'what is accounted for stays so');
		},
	);
}

test.serial('what is out of the window is missed, and says by how much', async t => {
	const job = await jobLeftAlone(10, {catchUp: 'all', overlap: 'allowAll', catchUpWindowSeconds: 300});
	await product.services.claims.coverPast();
	const items = await executionsOf(job.id);
	const missed = items.filter(({status}) => status === 'missed');
	t.true(missed.length >= 4 && missed.length <= 5);
	for (const {reason, nominalTime} of missed) {
		t.is(reason?.code, 'late');
		const late = Date.now() - Date.parse(nominalTime);
		t.true(Math.abs(Number(reason?.params['seconds']) * 1000 - late) < 10_000);
	}
	t.is(
		items.filter(({status}) => status === 'waiting').length,
		Math.min(RUNS_PER_WORKSPACE, items.length - missed.length),
	);
});

test.serial('with overlap skip the ones that are caught up with do not pile up', async t => {
	const job = await jobLeftAlone(10, {catchUp: 'all', overlap: 'skip', catchUpWindowSeconds: 3600});
	await product.services.claims.coverPast();
	const statuses = byTime(await executionsOf(job.id));
	t.deepEqual(statuses, ['waiting', ...statuses.slice(1).map(() => 'skipped')]);
});

test.serial('a time that the schedule and the sweep both claim is one execution', async t => {
	const job = await jobLeftAlone(5, {catchUp: 'all', overlap: 'allowAll'});
	const {claims} = product.services;
	const at = new Date(Math.floor(Date.now() / MINUTE) * MINUTE - 3 * MINUTE).toISOString();
	const {revision, id: jobId} = job;
	const claim = () => claims.claim({jobId, revision, nominalTime: at, workflowId: `job-${jobId}-${at}`});
	const answers = await Promise.all([claim(), claims.coverPast(), claim(), claims.coverPast()]);
	const items = (await executionsOf(jobId)).filter(({nominalTime}) => nominalTime === at);
	t.is(items.length, 1);
	for (const answer of [answers[0], answers[2]]) t.true(answer === null || answer === items[0]!.id);
	t.is(await claim(), answers[0], 'asking again answers the same');
});

test.serial('times that Temporal tells out of their order are accepted in it', async t => {
	const job = await jobLeftAlone(4, {catchUp: 'all', overlap: 'bufferAll'});
	const {revision, id: jobId} = job;
	const latest = Math.floor(Date.now() / MINUTE) * MINUTE;
	const claim = (minutesAgo: number) => {
		const nominalTime = new Date(latest - minutesAgo * MINUTE).toISOString();
		return product.services.claims.claim({jobId, revision, nominalTime, workflowId: `told-${minutesAgo}`});
	};
	t.is(await claim(0), null, 'it waits for those before it');
	for (const minutesAgo of [2, 1, 3]) t.is(await claim(minutesAgo), null, 'another workflow carries it');
	const items = await executionsOf(jobId);
	t.deepEqual(byTime(items), ['waiting', ...items.slice(1).map(() => 'queued')]);
	const times = items.map(({nominalTime}) => nominalTime);
	t.deepEqual(times, times.toSorted());
	t.true(times.length >= 4);
});

test.serial('a schedule that somebody triggers by hand runs once more than planned', async t => {
	const job = await jobLeftAlone(0, {overlap: 'allowAll'});
	const nominalTime = new Date(Math.floor(Date.now() / MINUTE) * MINUTE + 17_000).toISOString();
	const claim = (revision: number) =>
		product.services.claims.claim({jobId: job.id, revision, nominalTime, workflowId: `by-hand-${revision}`});
	t.is(await claim(job.revision - 1), null, 'a time of the job as it was before is not one by hand');
	const id = await claim(job.revision);
	t.like(await automation.execution(id!), {trigger: 'manual', requestedBy: null, nominalTime});
});

test.serial('a job that is paused has no times, and what passed meanwhile is not caught up with', async t => {
	const job = await jobLeftAlone(30, {catchUp: 'all'});
	await product.post(`/automation/jobs/${job.id}/pause`, {note: 'holidays'});
	await product.services.claims.coverPast();
	t.deepEqual(await executionsOf(job.id), []);
	const resumed = (await product.post(`/automation/jobs/${job.id}/resume`)).body;
	t.like(resumed, {status: 'active', pauseNote: null});
	await product.services.claims.coverPast();
	t.deepEqual(await executionsOf(job.id), []);
});

test.serial('a backfill runs what was missed, once, and a dry run says what that would be', async t => {
	const job = await jobLeftAlone(10, {catchUp: 'none'});
	await product.services.claims.coverPast();
	const missed = await executionsOf(job.id);
	const range = {from: new Date(Date.now() - 20 * MINUTE).toISOString(), to: missed.at(-1)!.nominalTime};
	const dry = await product.post(`/automation/jobs/${job.id}/backfill`, range);
	t.is(dry.status, 200);
	t.deepEqual(dry.body.executions, []);
	const {status, body} = await product.post(`/automation/jobs/${job.id}/backfill`, {...range, dryRun: false});
	t.is(status, 202);
	t.deepEqual(body.times, dry.body.times);
	t.deepEqual(
		body.executions.map((execution: ExecutionView) => [execution.trigger, execution.nominalTime]),
		dry.body.times.map((time: string) => ['backfill', time]),
	);
	t.deepEqual((await product.post(`/automation/jobs/${job.id}/backfill`, range)).body.times, []);
});

const times = (count: number, status: string) => Array.from({length: count}, () => status);
const afterBackfill: Record<OverlapPolicy, (due: number) => string[]> = {
	skip: due => ['waiting', ...times(due - 1, 'skipped')],
	bufferOne: due => ['waiting', 'queued', ...times(due - 2, 'skipped')],
	bufferAll: due => ['waiting', ...times(due - 1, 'queued')],
	cancelOther: due => ['waiting', ...times(due - 2, 'cancelled'), 'queued'],
	allowAll: due => [...times(RUNS_PER_WORKSPACE, 'waiting'), ...times(due - RUNS_PER_WORKSPACE, 'queued')],
};
const backfill = async (jobId: string, minutes: number, overlap: OverlapPolicy): Promise<ExecutionView[]> => {
	const to = Math.floor(Date.now() / MINUTE) * MINUTE;
	const range = {from: new Date(to - minutes * MINUTE).toISOString(), to: new Date(to).toISOString()};
	return (await product.post(`/automation/jobs/${jobId}/backfill`, {...range, overlap, dryRun: false})).body.executions;
};

for (const overlap of overlapPolicies) {
	test.serial(`runs that are accepted together see each other: a backfill with overlap ${overlap}`, async t => {
		const job = await jobLeftAlone(0, {overlap});
		const accepted = await backfill(job.id, 12, overlap);
		t.deepEqual(byTime(accepted), afterBackfill[overlap](12));
		t.deepEqual(byTime(await executionsOf(job.id)), afterBackfill[overlap](12), 'what is stored is what was answered');
		if (overlap !== 'cancelOther') return;
		const [first] = accepted;
		t.true((await automation.execution(first!.id)).cancelRequested);
	});
}

test.serial('a thousand times are backfilled at once, and each has its turn', async t => {
	const job = await jobLeftAlone(0, {overlap: 'bufferAll'});
	t.deepEqual(byTime(await backfill(job.id, 1000, 'bufferAll')), afterBackfill.bufferAll(1000));
	const [first] = await executionsOf(job.id);
	await product.services.executions.cancel(first!.id);
	// The workflow that nobody runs here would say so.
	await product.services.executionJournal.next(first!.id);
	t.deepEqual(byTime(await executionsOf(job.id)).slice(0, 3), ['cancelled', 'waiting', 'queued']);
});
