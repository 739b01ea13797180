import {authorize} from '../../http/authorize.ts';
import type {RouteContext} from '../../http/context.ts';
import {parseId} from '../../http/parse.ts';
import {type AppRouter, createApiRouter} from '../../http/router.ts';
import type {ExecutionService} from '../execution.service.ts';
import type {JobService} from '../job.service.ts';
import type {Notification} from './notification.entity.ts';
import type {NotificationView} from './notification.schema.ts';
import type {NotificationService} from './notification.service.ts';

interface Dependencies {
	jobs: JobService;
	executions: ExecutionService;
	notifications: NotificationService;
}

export const createNotificationRouter = ({jobs, executions, notifications}: Dependencies): AppRouter => {
	const router = createApiRouter();
	const jobId = (ctx: RouteContext) => parseId(ctx.params['id'], 'JOB_NOT_FOUND');
	const executionId = (ctx: RouteContext) => parseId(ctx.params['id'], 'EXECUTION_NOT_FOUND');

	/**
	 * @openapi
	 * /api/v1/automation/executions/{id}/notifications:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: listNotifications
	 *     summary: Who was told of the end of a run, and how that went
	 *     responses:
	 *       200:
	 *         description: All of them
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Notifications'}}}
	 * /api/v1/automation/jobs/{id}/signing-key:
	 *   get:
	 *     tags: [Automation]
	 *     operationId: getSigningKey
	 *     summary: What the notifications of a job are signed with
	 *     description: >
	 *       A receiver takes the HMAC-SHA-256 of X-Timestamp, a dot and the body as it came, under this key, and compares it with X-Signature
	 *       (`sha256=` and hexadecimal digits); it refuses timestamps that are old.
	 *     responses:
	 *       200:
	 *         description: The key
	 *         content:
	 *           application/json:
	 *             schema: {type: object, properties: {key: {type: string, description: The key}}}
	 */
	router.get(
		'/automation/executions/:id/notifications',
		authorize('execution.read', {
			notFound: 'EXECUTION_NOT_FOUND',
			id: ctx => executions.workspaceOf(executionId(ctx)),
		}),
		async ctx => {
			ctx.body = {items: (await notifications.list(executionId(ctx))).map(viewNotification)};
		},
	);

	router.get(
		'/automation/jobs/:id/signing-key',
		authorize('job.update', {notFound: 'JOB_NOT_FOUND', id: ctx => jobs.workspaceOf(jobId(ctx))}),
		async ctx => {
			const {id} = await jobs.get(jobId(ctx));
			ctx.set('Cache-Control', 'no-store');
			ctx.body = {key: notifications.signingKey(id)};
		},
	);

	return router;
};

const viewNotification = (notification: Notification): NotificationView => ({
	id: notification.id,
	event: notification.event,
	url: notification.url,
	status: notification.status,
	attempts: notification.attempts,
	lastStatus: notification.lastStatus,
	lastError: notification.lastError,
	createdAt: notification.createdAt.toISOString(),
	lastAttemptAt: notification.lastAttemptAt?.toISOString() ?? null,
});
