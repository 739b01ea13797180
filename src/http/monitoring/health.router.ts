import {authorize} from '../authorize.ts';
import type {HealthService} from './health.service.ts';
import {type AppRouter, createRootRouter} from '../router.ts';

export const createHealthRouter = ({health}: {health: HealthService}): AppRouter => {
	const router = createRootRouter();

	/**
	 * @openapi
	 * /health:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getHealth
	 *     summary: How the service is, and each part that it needs
	 *     description: Really asks each part, with a limit of one second. 503 only when the API cannot serve.
	 *     responses:
	 *       200:
	 *         description: Healthy, or degraded but serving
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Health'}}}
	 *       503:
	 *         description: Unhealthy
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Health'}}}
	 */
	router.get('/health', authorize('public'), async ctx => {
		const report = await health.report();
		ctx.status = report.status === 'unhealthy' ? 503 : 200;
		ctx.set('Cache-Control', 'no-store');
		ctx.body = report;
	});

	/**
	 * @openapi
	 * /health/live:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getLiveness
	 *     summary: Whether the process answers
	 *     responses:
	 *       200:
	 *         description: It does
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Liveness'}}}
	 */
	router.get('/health/live', authorize('public'), ctx => {
		ctx.set('Cache-Control', 'no-store');
		ctx.body = {status: 'alive'};
	});

	/**
	 * @openapi
	 * /health/ready:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getReadiness
	 *     summary: Whether to send requests here
	 *     responses:
	 *       200:
	 *         description: Ready
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Readiness'}}}
	 *       503:
	 *         description: Not ready
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Readiness'}}}
	 */
	router.get('/health/ready', authorize('public'), async ctx => {
		const readiness = await health.readiness({stopping: ctx.state.shutdown.aborted});
		ctx.status = readiness.status === 'ready' ? 200 : 503;
		ctx.set('Cache-Control', 'no-store');
		ctx.body = readiness;
	});

	/**
	 * @openapi
	 * /health/keycloak:
	 *   get:
	 *     tags: [Service]
	 *     operationId: getKeycloakHealth
	 *     summary: Whether people can sign in
	 *     responses:
	 *       200:
	 *         description: They can, or signing in is off
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/KeycloakHealth'}}}
	 *       503:
	 *         description: Keycloak does not answer; tokens whose keys are known stay good
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/KeycloakHealth'}}}
	 */
	router.get('/health/keycloak', authorize('public'), async ctx => {
		const answer = await health.keycloak();
		ctx.status = answer.status === 'unhealthy' ? 503 : 200;
		ctx.set('Cache-Control', 'no-store');
		ctx.body = answer;
	});

	return router;
};
