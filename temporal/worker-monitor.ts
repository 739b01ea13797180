import {collectDefaultMetrics, Gauge, Registry} from 'prom-client';
import type {HealthService} from '../src/http/monitoring/health.service.ts';
import type {ForOperators} from '../src/http/monitoring/operators.ts';
import type {RunningWorker} from './run-worker.ts';

type Readiness = Awaited<ReturnType<ForOperators['readiness']>>;
type Known = {health: Pick<HealthService, 'report'>; worker: Pick<RunningWorker, 'statuses'>};

export interface WorkerMonitor extends ForOperators {
	/** The worker takes work from now on. */
	started(known: Known): void;
	/** The worker takes no more work. */
	stopping(): void;
}

/** What a worker tells its operators. It is ready while it takes work, and PostgreSQL and Temporal answer; an engine that is away is waited for. */
export const createWorkerMonitor = (): WorkerMonitor => {
	let known: Known | null = null;
	let isStopping = false;
	const registry = new Registry();
	collectDefaultMetrics({register: registry});
	for (const [name, {help, of}] of Object.entries(gauges)) {
		const gauge: Gauge<'queue'> = new Gauge({
			name,
			help,
			labelNames: ['queue'] as const,
			registers: [registry],
			collect: () => known?.worker.statuses().forEach(({queue, status}) => gauge.set({queue}, of(status))),
		});
	}
	return {
		registry,
		started: what => {
			known = what;
		},
		stopping: () => {
			isStopping = true;
		},
		async readiness() {
			if (isStopping) return notReady('STOPPING');
			if (!known) return notReady('STARTING');
			if (known.worker.statuses().some(({status}) => status.runState !== 'RUNNING')) return notReady('NOT_RUNNING');
			const {database, temporal} = await known.health.report();
			if (database !== 'healthy') return notReady('DATABASE_UNAVAILABLE');
			if (temporal !== 'healthy') return notReady('TEMPORAL_UNAVAILABLE');
			return {status: 'ready', reason: null};
		},
	};
};

const notReady = (reason: string): Readiness => ({status: 'notReady', reason});

type Status = ReturnType<RunningWorker['statuses']>[number]['status'];
const gauges: Record<string, {help: string; of: (status: Status) => number}> = {
	wsm_worker_running: {help: '1 while the worker takes work.', of: status => Number(status.runState === 'RUNNING')},
	wsm_worker_activities: {help: 'Activities under way.', of: status => status.numInFlightActivities},
	wsm_worker_workflow_tasks: {help: 'Workflow tasks under way.', of: status => status.numInFlightWorkflowActivations},
	wsm_worker_cached_workflows: {help: 'Workflows in memory.', of: status => status.numCachedWorkflows},
};
