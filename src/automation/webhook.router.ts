import {authorize} from '../http/authorize.ts';
import type {RouteContext, RouteMiddleware} from '../http/context.ts';
import {type Idempotent, notIdempotent} from '../http/idempotent.ts';
import {parseId} from '../http/parse.ts';
import {AppError} from '../errors.ts';
import {apiPrefix, type AppRouter, createApiRouter} from '../http/router.ts';
import {executionFacts} from './execution.view.ts';
import type {JobService} from './job.service.ts';

const LIMIT_BYTES = 262_144;
/** By what callers name a delivery; the same name is taken once. */
const deliveryHeaders = ['Idempotency-Key', 'X-Delivery-Id', 'X-GitHub-Delivery'];

/** Taken once by the name of the delivery, which the service sees to. */
const onceByDelivery: Idempotent = Object.assign((async (_ctx, next) => next()) satisfies RouteMiddleware, {
	idempotent: true,
});

export const createWebhookRouter = ({jobs}: {jobs: JobService}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/automation/webhooks/{id}:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: callWebhook
	 *     summary: Run a job whose trigger is a webhook
	 *     description: >
	 *       The body, JSON of 256 KiB at most, is a file for the run: `WEBHOOK_PAYLOAD_FILE` names it. A delivery is taken once: by Idempotency-Key,
	 *       X-Delivery-Id or X-GitHub-Delivery.
	 *     parameters:
	 *       - {name: X-API-Key, in: header, required: true, description: The key of the webhook, schema: {type: string}}
	 *     requestBody:
	 *       content: {application/json: {schema: {description: Anything}}}
	 *     responses:
	 *       202:
	 *         description: Accepted
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Execution'}}}
	 * /api/v1/automation/jobs/{id}/webhook-key:
	 *   post:
	 *     tags: [Automation]
	 *     operationId: renewWebhookKey
	 *     summary: Make a new key for the webhook of a job
	 *     description: Shown this once. The key before it is good no longer.
	 *     responses:
	 *       201:
	 *         description: The key
	 *         content:
	 *           application/json:
	 *             schema: {type: object, properties: {key: {type: string, description: Goes into X-API-Key}, url: {type: string, description: Where to call}}}
	 */
	router.post('/automation/webhooks/:id', authorize('public', {body: 'byHandler'}), onceByDelivery, async ctx => {
		const id = parseId(ctx.params['id'], 'WEBHOOK_KEY_INVALID');
		// The key is the permission, and what it is the permission for.
		ctx.state.operation = 'job.run';
		await jobs.requireWebhookKey(id, ctx.get('X-API-Key'));
		await ctx.state.readBody();
		const payload = JSON.stringify(ctx.request.body ?? null);
		if (Buffer.byteLength(payload) > LIMIT_BYTES) throw new AppError('BODY_TOO_LARGE', {limitBytes: LIMIT_BYTES});
		const execution = await jobs.callWebhook(id, {payload, delivery: deliveryOf(ctx)});
		ctx.status = 202;
		ctx.body = {...executionFacts(execution, ctx.state.language), allowedOperations: []};
	});

	const ofJob = {
		notFound: 'JOB_NOT_FOUND',
		id: (ctx: RouteContext) => jobs.workspaceOf(parseId(ctx.params['id'], 'JOB_NOT_FOUND')),
	} as const;
	// An answer that is kept to be given again would be a key that is kept.
	router.post('/automation/jobs/:id/webhook-key', authorize('job.update', ofJob), notIdempotent, async ctx => {
		const id = parseId(ctx.params['id'], 'JOB_NOT_FOUND');
		ctx.status = 201;
		ctx.body = {key: await jobs.renewWebhookKey(id), url: `${apiPrefix}/automation/webhooks/${id}`};
	});

	return router;
};

const deliveryOf = (ctx: RouteContext): string | null => {
	const header = deliveryHeaders.find(name => ctx.get(name) !== '');
	return header ? ctx.get(header).slice(0, 255) : null;
};
