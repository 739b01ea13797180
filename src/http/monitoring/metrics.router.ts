import {authorize} from '../authorize.ts';
import type {Metrics} from './metrics.ts';
import {type AppRouter, createRootRouter} from '../router.ts';

export const createMetricsRouter = ({metrics}: {metrics: Metrics}): AppRouter => {
	const router = createRootRouter();

	/**
	 * @openapi
	 * /metrics:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getMetrics
	 *     summary: Measurements of this process, for Prometheus
	 *     responses:
	 *       200:
	 *         description: Prometheus text format
	 *         content: {text/plain: {schema: {type: string}, example: 'process_cpu_seconds_total 0.42'}}
	 */
	router.get('/metrics', authorize('metrics.read'), async ctx => {
		ctx.body = await metrics.registry.metrics();
		ctx.set('Content-Type', metrics.registry.contentType);
	});

	return router;
};
