// Jobs through the API: what is accepted, what is refused and why, and that Temporal's schedules follow.
import test from 'ava';
import type {JobView} from '../../src/automation/job-view.schema.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import type {Installation} from '../helpers/installation.ts';
import {automationOf} from './helpers.ts';

let product: Installation;
let automation: ReturnType<typeof automationOf>;
let workspaceId: string;
test.before(async () => {
	product = await startFakeInstallation();
	automation = automationOf(product);
	({id: workspaceId} = await product.create({name: 'jobs'}));
});
test.after.always(() => product?.close());

const command = {kind: 'command', command: ['true']};
const hourly = {kind: 'interval', everySeconds: 3600};
const scheduleOf = (job: JobView) => product.services.temporal.client.schedule.getHandle(`job-${job.id}`);
const inStep = (id: string) =>
	product.until('the schedule', 10, async () => {
		const {body} = await product.get(`/automation/jobs/${id}`);
		return body.scheduleInStep && body;
	});

const refusals: [what: string, input: Record<string, unknown>, path: string, code: string][] = [
	['no name', {name: ''}, 'name', 'TOO_SHORT'],
	['an unknown field', {colour: 'red'}, 'colour', 'UNRECOGNIZED_KEY'],
	['a command without a command', {command: null}, 'command', 'REQUIRED'],
	['a command with a prompt', {prompt: 'do it'}, 'prompt', 'NOT_FOR_THIS_KIND'],
	['a command with an agent', {agent: 'codex'}, 'agent', 'NOT_FOR_THIS_KIND'],
	['an agent without a prompt', {kind: 'agent', agent: 'claude-code', command: null}, 'prompt', 'REQUIRED'],
	[
		'an option that the agent cannot honour',
		{
			kind: 'agent',
			agent: 'codex',
			command: null,
			prompt: 'x',
			agentOptions: {permissionMode: 'bypassPermissions', maxBudgetUsd: 1},
		},
		'agentOptions.maxBudgetUsd',
		'NOT_FOR_THIS_AGENT',
	],
	['an agent that there is not', {agent: 'clippy'}, 'agent', 'INVALID_VALUE'],
	['NUL in the command', {command: ['a\0b']}, 'command[0]', 'INVALID_CHARACTERS'],
	['a timeout of more than a day', {timeoutSeconds: 86_401}, 'timeoutSeconds', 'TOO_BIG'],
	['a trigger of no kind', {trigger: {kind: 'whenever'}}, 'trigger.kind', 'INVALID_VALUE'],
	['a cron of four fields', {trigger: {kind: 'cron', expression: '* * * *'}}, 'trigger.expression', 'CRON_FIELD_COUNT'],
	['an overlap that there is not', {policy: {overlap: 'maybe'}}, 'policy.overlap', 'INVALID_VALUE'],
	['eleven attempts', {retry: {maxAttempts: 11}}, 'retry.maxAttempts', 'TOO_BIG'],
	[
		'an address that is none',
		{notifications: {webhookUrl: 'ftp://x', on: ['failed']}},
		'notifications.webhookUrl',
		'INVALID_FORMAT',
	],
];
for (const [what, input, path, code] of refusals) {
	test.serial(`${what} is refused, with the field, and nothing is made`, async t => {
		const {status, body} = await product.post('/automation/jobs', {
			workspaceId,
			name: 'refused',
			...command,
			trigger: {kind: 'manual'},
			...input,
		});
		t.is(status, 422);
		t.deepEqual(
			body.errors.map((error: {path: string; code: string}) => [error.path, error.code]),
			[[path, code]],
		);
		t.is((await product.get('/automation/jobs?search=refused')).body.pagination.total, 0);
	});
}

test.serial('what only the service can know is refused, too', async t => {
	const post = (input: Record<string, unknown>) =>
		product.post('/automation/jobs', {workspaceId, name: 'refused', ...command, trigger: {kind: 'manual'}, ...input});
	t.is((await post({workspaceId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'})).body.code, 'WORKSPACE_NOT_FOUND');
	t.is((await post({trigger: {kind: 'once', at: '2020-01-01T00:00:00Z'}})).body.code, 'TRIGGER_IN_THE_PAST');
	t.is((await post({trigger: {kind: 'interval', everySeconds: 30}})).body.code, 'TRIGGER_TOO_OFTEN');
	await automation.create(workspaceId, {...command, name: 'taken'});
	t.is((await post({name: 'taken'})).body.code, 'JOB_NAME_TAKEN');
	t.is((await product.get('/automation/jobs/nonsense')).body.code, 'JOB_NOT_FOUND');
});

test.serial('a change keeps what it does not name, and an outdated one is refused', async t => {
	const job = await automation.create(workspaceId, {
		...command,
		trigger: hourly,
		policy: {overlap: 'bufferOne', jitterSeconds: 5},
	});
	const path = `/automation/jobs/${job.id}`;
	const {body, status} = await product.send(
		'PATCH',
		path,
		{policy: {jitterSeconds: 7}, tags: ['nightly']},
		{'if-match': `"${job.revision}"`},
	);
	t.is(status, 200);
	t.like(body, {name: job.name, tags: ['nightly'], trigger: {everySeconds: 3600}});
	t.like(body.policy, {overlap: 'bufferOne', jitterSeconds: 7});
	const late = await product.send('PATCH', path, {tags: []}, {'if-match': `"${job.revision}"`});
	t.is(late.body.code, 'REVISION_CONFLICT');
	const wrong = await product.send('PATCH', path, {prompt: 'a prompt for a command'});
	t.like(wrong.body.errors[0], {path: 'prompt', code: 'NOT_FOR_THIS_KIND'});
	t.is((await product.send('PATCH', path, {kind: 'agent'})).body.errors[0].code, 'UNRECOGNIZED_KEY');
});

test.serial("Temporal's schedule follows its job, until both are gone", async t => {
	const job = await automation.create(workspaceId, {...command, trigger: hourly});
	await inStep(job.id);
	const made = await scheduleOf(job).describe();
	t.false(made.state.paused);
	t.is(made.info.nextActionTimes[0]!.toISOString(), job.nextAt!);
	await product.post(`/automation/jobs/${job.id}/pause`, {note: 'until the release'});
	await inStep(job.id);
	const {state} = await scheduleOf(job).describe();
	t.like(state, {paused: true, note: 'until the release'});
	t.is((await product.send('DELETE', `/automation/jobs/${job.id}`)).status, 204);
	await product.until('the end of the schedule', 10, () =>
		scheduleOf(job)
			.describe()
			.then(
				() => false,
				() => true,
			),
	);
});

test.serial('a schedule that was lost is made again, and one that is no longer wanted is removed', async t => {
	const job = await automation.create(workspaceId, {...command, trigger: hourly});
	await inStep(job.id);
	const {em} = product.services.orm;
	// As if the process had died before Temporal heard of it.
	await scheduleOf(job).delete();
	await em.fork().execute('update job_schedule set revision = null where job_id = ?', [job.id]);
	t.false((await product.get(`/automation/jobs/${job.id}`)).body.scheduleInStep);
	await product.services.automationSweep.sweep();
	t.true((await product.get(`/automation/jobs/${job.id}`)).body.scheduleInStep);
	await t.notThrowsAsync(scheduleOf(job).describe());
});

test.serial('a pause in Temporal is noticed, and so is its end', async t => {
	const job = await automation.create(workspaceId, {...command, trigger: hourly});
	await inStep(job.id);
	const becomes = (status: string) =>
		product.until(status, 20, async () => {
			await product.services.automationSweep.sweep();
			const {body} = await product.get(`/automation/jobs/${job.id}`);
			return body.status === status && body;
		});
	await scheduleOf(job).pause('the operator says so');
	t.is((await becomes('paused')).pauseNote, 'the operator says so');
	await inStep(job.id);
	await scheduleOf(job).unpause('go on');
	t.is((await becomes('active')).pauseNote, null);
});

test.serial('jobs are found by what they are', async t => {
	await automation.create(workspaceId, {...command, name: 'find-me', trigger: hourly, tags: ['odd', 'rare']});
	const names = async (query: string) =>
		(await product.get(`/automation/jobs?${query}`)).body.items.map(({name}: JobView) => name);
	t.deepEqual(await names('tag=rare'), ['find-me']);
	t.deepEqual(await names('search=FIND'), ['find-me']);
	t.deepEqual(await names('tag=rare&trigger=cron'), []);
	t.deepEqual(await names('tag=rare&trigger=interval&kind=command&status=active'), ['find-me']);
	t.deepEqual(await names('agent=codex'), []);
});

test.serial(
	'a webhook runs its job with what was sent, once for each delivery, for those who know the key',
	async t => {
		const job = await automation.create(workspaceId, {
			...command,
			trigger: {kind: 'webhook'},
			policy: {overlap: 'allowAll'},
		});
		const made = (await product.post(`/automation/jobs/${job.id}/webhook-key`)).body;
		const call = (headers: Record<string, string>, id = job.id) =>
			product.post(`/automation/webhooks/${id}`, {ref: 'main'}, headers);
		const accepted = await call({'x-api-key': made.key, 'x-delivery-id': 'one'});
		t.is(accepted.status, 202);
		t.is(accepted.body.trigger, 'webhook');
		t.is((await call({'x-api-key': made.key, 'x-delivery-id': 'one'})).body.id, accepted.body.id);
		t.not((await call({'x-api-key': made.key, 'x-delivery-id': 'two'})).body.id, accepted.body.id);
		const strangers = [
			await call({}),
			await call({'x-api-key': 'wrong'}),
			await call({'x-api-key': made.key}, '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'),
			await call({'x-api-key': made.key}, 'nonsense'),
		];
		t.deepEqual(
			strangers.map(({status, body}) => [status, body.code, body.detail]),
			strangers.map(() => [401, 'WEBHOOK_KEY_INVALID', strangers[0]!.body.detail]),
		);
		const again = (await product.post(`/automation/jobs/${job.id}/webhook-key`)).body;
		t.is((await call({'x-api-key': made.key})).status, 401, 'the key before it is good no longer');
		t.is((await call({'x-api-key': again.key})).status, 202);
	},
);

test.serial('a preview and a calendar say when what is due', async t => {
	const preview = await product.post('/automation/schedule-preview', {
		trigger: {kind: 'interval', everySeconds: 3600, offsetSeconds: 60},
		from: '2026-05-01T00:30:00Z',
		count: 2,
	});
	t.deepEqual(
		preview.body.items.map(({at}: {at: string}) => at),
		['2026-05-01T01:01:00.000Z', '2026-05-01T02:01:00.000Z'],
	);
	const job = await automation.create(workspaceId, {...command, trigger: hourly});
	const from = new Date(Date.now() - 3_600_000).toISOString();
	const to = new Date(Date.now() + 3 * 3_600_000).toISOString();
	const {body} = await product.get(`/automation/calendar?from=${from}&to=${to}`);
	const own = body.upcoming.filter(({jobId}: {jobId: string}) => jobId === job.id);
	t.is(own.length, 3);
	t.is(own[0].at, job.nextAt);
	t.deepEqual(
		(await product.get(`/automation/jobs/${job.id}/upcoming?count=3`)).body.items.map(({at}: {at: string}) => at),
		own.map(({at}: {at: string}) => at),
	);
	const metrics = (await product.get(`/automation/metrics?from=${from}&to=${to}`)).body;
	t.is(typeof metrics.counts.succeeded, 'number');
	t.is((await product.get(`/automation/calendar?from=${to}&to=${from}`)).body.errors[0].code, 'NOT_AFTER_FROM');
});
