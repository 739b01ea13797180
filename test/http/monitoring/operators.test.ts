import test from 'ava';
import {Gauge, Registry} from 'prom-client';
import {listenForOperators} from '../../../src/http/monitoring/operators.ts';
import {createWorkerMonitor} from '../../../temporal/worker-monitor.ts';

const here = {operatorHost: '127.0.0.1', operatorPort: 0};

test('operators read measurements and health without a credential', async t => {
	const registry = new Registry();
	new Gauge({name: 'answer', help: 'An answer.', registers: [registry]}).set(42);
	let reason: string | null = null;
	const readiness = async () => ({status: reason ? ('notReady' as const) : ('ready' as const), reason});
	const server = (await listenForOperators(here, {registry, readiness}))!;
	t.teardown(() => server.close(0));
	const get = (path: string, method = 'GET') => fetch(`${server.url}${path}`, {method});
	t.true((await (await get('/metrics')).text()).includes('answer 42'));
	t.is((await get('/health/live')).status, 200);
	t.is((await get('/health/ready?verbose')).status, 200);
	reason = 'DATABASE_UNAVAILABLE';
	const away = await get('/health/ready');
	t.is(away.status, 503);
	t.deepEqual(await away.json(), {status: 'notReady', reason});
	t.is((await get('/health/live')).status, 200);
	for (const path of ['/', '/api/v1/workspaces', '/constructor']) t.is((await get(path)).status, 404);
	t.is((await get('/metrics', 'POST')).status, 405);
});

test('without a port there is no listener', async t => {
	const {registry, readiness} = createWorkerMonitor();
	t.is(await listenForOperators({...here, operatorPort: undefined}, {registry, readiness}), null);
});

const running = {
	runState: 'RUNNING',
	numInFlightActivities: 3,
	numInFlightWorkflowActivations: 1,
	numCachedWorkflows: 7,
};
type Known = Parameters<ReturnType<typeof createWorkerMonitor>['started']>[0];

for (const [what, facts, reason] of [
	['all that it needs answers', {}, null],
	['its database is away', {database: 'unhealthy'}, 'DATABASE_UNAVAILABLE'],
	['Temporal is away', {temporal: 'unhealthy'}, 'TEMPORAL_UNAVAILABLE'],
	['it has failed', {runState: 'FAILED'}, 'NOT_RUNNING'],
] as const) {
	test(`a worker says ${reason ?? 'ready'} when ${what}`, async t => {
		const monitor = createWorkerMonitor();
		t.is((await monitor.readiness()).reason, 'STARTING');
		monitor.started({
			health: {report: async () => ({database: 'healthy', temporal: 'healthy', ...facts})},
			worker: {statuses: () => [{queue: 'q', status: {...running, ...facts}}]},
		} as unknown as Known);
		t.deepEqual(await monitor.readiness(), {status: reason ? 'notReady' : 'ready', reason});
		const text = await monitor.registry.metrics();
		t.true(text.includes(`wsm_worker_running{queue="q"} ${reason === 'NOT_RUNNING' ? 0 : 1}`));
		t.true(text.includes('wsm_worker_activities{queue="q"} 3'));
		monitor.stopping();
		t.is((await monitor.readiness()).reason, 'STOPPING');
	});
}
