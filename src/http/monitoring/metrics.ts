import {collectDefaultMetrics, Histogram, Registry} from 'prom-client';
import type {AppMiddleware} from '../context.ts';
import {routeOf} from '../identify.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** What Prometheus reads from this process. Other parts register theirs in `registry`. */
export const createMetrics = () => {
	const registry = new Registry();
	collectDefaultMetrics({register: registry});
	const duration = new Histogram({
		name: 'http_request_duration_seconds',
		help: 'How long requests took to answer, by the pattern of their route.',
		labelNames: ['method', 'route', 'status'] as const,
		buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
		registers: [registry],
	});
	return {
		registry,
		observe: (async (ctx, next) => {
			const end = duration.startTimer();
			await next();
			const route = routeOf(ctx);
			end({method: route === 'none' ? 'other' : ctx.method, route, status: String(ctx.status)});
		}) satisfies AppMiddleware,
	};
};
