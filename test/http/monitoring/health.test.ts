import test from 'ava';
import {AppError} from '../../../src/errors.ts';
import {serve} from '../../helpers/serve.ts';

interface HealthAnswer {
	status: string;
	checks: Record<string, {status: string; code?: string; latencyMs: number}>;
}
const healthOf = async (response: Response) => (await response.json()) as HealthAnswer;

test('all well is healthy', async t => {
	const {fetch} = await serve(t);
	const response = await fetch('/health');
	t.is(response.status, 200);
	t.like(await response.json(), {
		status: 'healthy',
		service: 'workspace-manager',
		database: 'healthy',
		redis: 'healthy',
		temporal: 'healthy',
		containers: 'healthy',
		authentication: 'disabled',
	});
});

test('a missing part degrades the service, and is named by a code that tells no address', async t => {
	const {fetch} = await serve(t, {
		checks: {
			redis: () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:6379')),
			containers: () => Promise.reject(new AppError('ENGINE_UNREACHABLE')),
			temporal: () => new Promise(() => {}),
		},
	});
	const started = performance.now();
	const response = await fetch('/health');
	t.is(response.status, 200);
	const text = await response.text();
	t.false(text.includes('10.1.2.3'));
	const {status, checks} = JSON.parse(text) as HealthAnswer;
	t.is(status, 'degraded');
	t.is(checks['redis']!.code, 'UNREACHABLE');
	t.is(checks['containers']!.code, 'ENGINE_UNREACHABLE');
	t.is(checks['temporal']!.code, 'TIMEOUT');
	t.is(checks['database']!.code, undefined);
	t.true(performance.now() - started < 1800);
});

test('without its database the service is unhealthy and not ready, but alive', async t => {
	const {fetch} = await serve(t, {checks: {database: () => Promise.reject(new Error('away'))}});
	const response = await fetch('/health');
	t.is(response.status, 503);
	t.is((await healthOf(response)).status, 'unhealthy');
	const ready = await fetch('/health/ready');
	t.is(ready.status, 503);
	t.deepEqual(await ready.json(), {status: 'notReady', reason: 'DATABASE_UNAVAILABLE'});
	t.is((await fetch('/health/live')).status, 200);
});

test('a service whose migrations are pending is not ready', async t => {
	const {fetch} = await serve(t, {migrationsDone: async () => false});
	const ready = await fetch('/health/ready');
	t.is(ready.status, 503);
	t.deepEqual(await ready.json(), {status: 'notReady', reason: 'MIGRATIONS_PENDING'});
});

test('a service that stops is no longer ready', async t => {
	const {fetch, stopping} = await serve(t);
	t.is((await fetch('/health/ready')).status, 200);
	stopping.abort();
	const ready = await fetch('/health/ready');
	t.is(ready.status, 503);
	t.deepEqual(await ready.json(), {status: 'notReady', reason: 'STOPPING'});
});

test('many who ask at once cost one check for each half second', async t => {
	let asked = 0;
	const {fetch} = await serve(t, {
		checks: {
			database: async () => {
				asked++;
			},
		},
	});
	const began = performance.now();
	await Promise.all(Array.from({length: 50}, () => fetch('/health')));
	const halfSeconds = Math.ceil((performance.now() - began) / 500);
	t.true(asked >= 1 && asked <= halfSeconds, `${asked} in ${halfSeconds}`);
});

test('signing in is reported as off', async t => {
	const {fetch} = await serve(t);
	t.deepEqual(await (await fetch('/health/keycloak')).json(), {status: 'disabled'});
});

test('requests are measured by the pattern of their route', async t => {
	const {fetch} = await serve(t);
	await fetch('/health');
	await fetch('/some/id/42');
	const response = await fetch('/metrics');
	const text = await response.text();
	t.true(response.headers.get('content-type')!.startsWith('text/plain'));
	t.true(text.includes('http_request_duration_seconds_count{method="GET",route="/health",status="200"} 1'));
	t.true(text.includes('route="none",status="404"'));
	t.false(text.includes('/some/id'));
	t.true(text.includes('process_cpu_seconds_total'));
});
