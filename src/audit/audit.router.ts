import {authorize} from '../http/authorize.ts';
import {toPage} from '../http/page.ts';
import {parseQuery} from '../http/parse.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import {ListAudit, VerifyAudit} from './audit.schema.ts';
import type {AuditService} from './audit.service.ts';
import {viewAuditEvent} from './audit.view.ts';

export const createAuditRouter = ({audit}: {audit: AuditService}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/audit:
	 *   get:
	 *     tags: [Administration]
	 *     operationId: listAudit
	 *     summary: What people did, and what they were refused
	 *     description: Administrators see everything, owners of a team what concerns it and its workspaces, everybody what they did themselves.
	 *     x-query: ListAudit
	 *     responses:
	 *       200:
	 *         description: One page, newest first
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/AuditPage'}}}
	 * /api/v1/audit/verification:
	 *   get:
	 *     tags: [Administration]
	 *     operationId: verifyAudit
	 *     summary: Whether the audit trail is as it was written
	 *     description: Each row carries the hash of the one before. One request verifies for some seconds; next says where to go on.
	 *     x-query: VerifyAudit
	 *     responses:
	 *       200:
	 *         description: What was found
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/AuditVerification'}}}
	 */
	router.get('/audit', authorize('audit.list'), async ctx => {
		const query = parseQuery(ctx, ListAudit);
		const [found, total] = await audit.list(ctx.state.actor, query);
		ctx.body = toPage(
			found.map(event => viewAuditEvent(event, ctx.state.language)),
			query,
			total,
		);
	});

	router.get('/audit/verification', authorize('audit.verify'), async ctx => {
		ctx.body = await audit.verify(parseQuery(ctx, VerifyAudit).from);
	});

	return router;
};
