// What people did, written down with it: every route that changes something, tried once.
import {randomBytes, randomUUID} from 'node:crypto';
import test from 'ava';
import {localAdministrator} from '../../src/access/actor.ts';
import {isAudited} from '../../src/audit/actions.ts';
import {Execution} from '../../src/automation/execution.entity.ts';
import type {Answer} from '../helpers/client.ts';
import {everyRoute} from '../helpers/every-route.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import {eventsSeenBy, trailOf} from './helpers.ts';

let product: Awaited<ReturnType<typeof startFakeInstallation>>;
let trail: ReturnType<typeof trailOf>;
test.before(async () => {
	product = await startFakeInstallation({env: {SECRET_KEY: randomBytes(32).toString('base64')}});
	trail = trailOf(product);
});
test.after.always(() => product?.close());

const canary = `canary-${randomBytes(12).toString('hex')}`;
let id = '';
let job = '';
let execution = '';
let webhookKey = '';

/** Sends a request, and answers it with the events that there are of it. */
const audited = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
	const requestId = randomUUID();
	const answer: Answer = await product.send(method, path, body, {...headers, 'x-request-id': requestId});
	return {answer, events: await trail.ofRequest(requestId)};
};

const ended = () =>
	product.until('the end of the job’s run', 20, async () => {
		const {body} = await product.get(`/automation/executions/${execution}`);
		return body.finishedAt !== null;
	});

const acts: [action: string, method: string, path: () => string, body?: () => unknown][] = [
	['workspace.create', 'POST', () => '/workspaces', () => ({name: 'audited', env: [{key: 'A', value: canary}]})],
	[
		'workspace.update',
		'PATCH',
		() => `/workspaces/${id}`,
		() => ({description: canary, env: [{key: 'B', value: canary}]}),
	],
	['workspace.keepalive', 'POST', () => `/workspaces/${id}/keepalive`, () => ({minutes: 5})],
	['workspace.exec', 'POST', () => `/workspaces/${id}/exec`, () => ({command: ['echo', canary]})],
	['workspace.bootstrap', 'POST', () => `/workspaces/${id}/bootstrap`],
	['workspace.restart', 'POST', () => `/workspaces/${id}/restart`],
	['workspace.rebuild', 'POST', () => `/workspaces/${id}/rebuild`],
	['workspace.stop', 'POST', () => `/workspaces/${id}/stop`],
	['workspace.start', 'POST', () => `/workspaces/${id}/start`],
	['secret.write', 'PUT', () => `/workspaces/${id}/secrets/KEY`, () => ({value: canary})],
	['secret.write', 'DELETE', () => `/workspaces/${id}/secrets/KEY`],
	['user.secrets.write', 'PUT', () => '/users/me/secrets/OWN', () => ({value: canary})],
	['user.secrets.write', 'DELETE', () => '/users/me/secrets/OWN'],
	[
		'job.create',
		'POST',
		() => '/automation/jobs',
		() => ({workspaceId: id, name: 'audited', kind: 'command', command: ['echo', canary], trigger: {kind: 'webhook'}}),
	],
	['job.update', 'PATCH', () => `/automation/jobs/${job}`, () => ({description: canary})],
	['job.pause', 'POST', () => `/automation/jobs/${job}/pause`, () => ({note: canary})],
	['job.pause', 'POST', () => `/automation/jobs/${job}/resume`],
	['job.update', 'POST', () => `/automation/jobs/${job}/webhook-key`],
	['job.run', 'POST', () => `/automation/jobs/${job}/run`],
	['execution.cancel', 'POST', () => `/automation/executions/${execution}/cancel`],
	['execution.retry', 'POST', () => `/automation/executions/${execution}/retry`],
	[
		'job.run',
		'POST',
		() => `/automation/jobs/${job}/backfill`,
		() => ({dryRun: false, from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z'}),
	],
	['job.run', 'POST', () => `/automation/webhooks/${job}`, () => ({secret: canary})],
	['job.delete', 'DELETE', () => `/automation/jobs/${job}`],
	['quota.write', 'PUT', () => `/quotas/users/${localAdministrator.id}`, () => ({workspaces: 100})],
	['orphan.remove', 'POST', () => '/admin/orphans/removal?dryRun=false'],
	['workspace.delete', 'DELETE', () => `/workspaces/${id}`],
];

/** What an answer means for the requests after it. */
const remember = async (action: string, {body}: Answer): Promise<void> => {
	if (action === 'workspace.create') {
		({id} = body);
		await product.ended(body.operation.id);
	}
	if (body?.operationId) await product.ended(body.operationId);
	if (action === 'job.create') job = body.id;
	if (action === 'job.update' && body.key) webhookKey = body.key;
	// One that runs, and can be cancelled.
	if (action === 'job.run' && !execution) {
		execution = body.id;
		await ended();
		await product.services.orm.em.fork().nativeUpdate(Execution, {id: execution}, {status: 'queued', finishedAt: null});
	}
	if (action === 'execution.cancel') await ended();
};

test.serial('every act leaves exactly one event, which says who did what to what', async t => {
	for (const [action, method, path, body] of acts) {
		const {answer, events} = await audited(method, path(), body?.(), {'x-api-key': webhookKey});
		t.true(answer.status < 300, `${method} ${path()}: ${answer.status} ${JSON.stringify(answer.body)}`);
		t.is(events.length, 1, `${method} ${path()}`);
		t.like(events[0], {action, outcome: 'succeeded', error_code: null, address: '127.0.0.1'}, path());
		if (!path().includes('webhooks/')) t.is(events[0]!['actor_id'], localAdministrator.id);
		await remember(action, answer);
	}
	for (const [target, expected] of [
		[id, ['workspace.delete', 'workspace.update', 'job.create', 'secret.write']],
		[job, ['job.delete', 'job.run']],
	] as const) {
		const actions = new Set((await eventsSeenBy(product, `&target=${target}`)).map(({action}) => action));
		for (const action of expected) t.true(actions.has(action), action);
	}
	const [created] = await eventsSeenBy(product, '&action=workspace.create');
	t.like(created, {
		target: {type: 'workspace', id},
		workspaceId: id,
		message: 'Local administrator: create a workspace.',
	});
	const [updated] = await eventsSeenBy(product, '&action=workspace.update');
	t.deepEqual(updated!.changes, [
		{entity: 'workspace', kind: 'changed', fields: ['description', 'env', 'settingsPending']},
	]);
	const [secret] = await eventsSeenBy(product, '&action=secret.write');
	t.like(secret, {
		target: {type: 'secret', id: 'KEY'},
		workspaceId: id,
		changes: [{entity: 'secret', kind: 'removed'}],
	});
	const [called] = await eventsSeenBy(product, `&target=${job}&action=job.run`);
	t.like(called, {actor: null, message: 'Somebody with the key of the webhook: run a job.'});
	const chinese = await product.get('/audit?action=workspace.create', {'accept-language': 'zh-TW'});
	t.is(chinese.body.items[0].message, 'Local administrator：建立工作區。');
});

test.serial('no value is in any of them', async t => {
	const written = JSON.stringify(await trail.rows('select to_jsonb(e) as event from audit_event e'));
	t.true(written.includes('description'));
	t.false(written.includes(canary));
});

test.serial('what reads leaves none, and so does what was answered before', async t => {
	for (const path of [
		'/workspaces',
		'/audit',
		'/audit/verification',
		'/quotas/me',
		`/automation/executions/${execution}`,
	])
		t.deepEqual((await audited('GET', path)).events, [], path);
	const preview = {trigger: {kind: 'interval', everySeconds: 3600}};
	t.deepEqual((await audited('POST', '/automation/schedule-preview', preview)).events, []);
	const headers = {'idempotency-key': randomUUID()};
	const first = await audited('POST', '/workspaces', {name: 'once'}, headers);
	const again = await audited('POST', '/workspaces', {name: 'once'}, headers);
	t.is(again.answer.headers.get('idempotency-replayed'), 'true');
	t.deepEqual([first.events.length, again.events.length], [1, 0]);
	t.is(first.events[0]!['target_id'], first.answer.body.id);
});

test.serial('of what was rolled back nothing is told but that it was refused, once in a minute', async t => {
	await product.post('/workspaces', {name: 'taken'});
	const {answer, events} = await audited('POST', '/workspaces', {name: 'taken'});
	t.is(answer.body.code, 'WORKSPACE_NAME_TAKEN');
	t.is(events.length, 1);
	t.like(events[0], {
		action: 'workspace.create',
		outcome: 'refused',
		error_code: 'WORKSPACE_NAME_TAKEN',
		target_id: null,
	});
	t.deepEqual(events[0]!['changes'], []);
	t.deepEqual((await audited('POST', '/workspaces', {name: 'taken'})).events, []);
	const [shown] = await eventsSeenBy(product, '&outcome=refused');
	t.is(shown!.message, 'Local administrator: create a workspace. Refused: Name taken.');
});

test.serial('a mistake is no attempt at anything', async t => {
	for (const [method, path, body, status] of [
		['POST', '/workspaces', {name: ''}, 422],
		['POST', '/workspaces', '{', 400],
		['POST', `/workspaces/${randomUUID()}/stop`, undefined, 404],
		['POST', '/nowhere', {}, 404],
	] as const) {
		const {answer, events} = await audited(method, path, body);
		t.is(answer.status, status, path);
		t.deepEqual(events, [], path);
	}
});

test('every operation of a route that changes something has words', t => {
	const withoutWords = everyRoute
		.filter(({method, operation}) => method !== 'GET' && !isAudited(operation))
		.map(({method, path}) => `${method} ${path}`);
	t.deepEqual(withoutWords, [
		'POST /api/v1/automation/schedule-preview',
		'POST /api/v1/automation/webhooks/{id}',
		'POST /auth/logout',
		'POST /api/v1/invitations/preview',
	]);
});
