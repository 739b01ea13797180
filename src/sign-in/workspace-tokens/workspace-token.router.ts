import {authorize} from '../../http/authorize.ts';
import {notIdempotent} from '../../http/idempotent.ts';
import {parseBody} from '../../http/parse.ts';
import {type AppRouter, createApiRouter} from '../../http/router.ts';
import {workspaceId} from '../../workspaces/workspace.router.ts';
import {CreateWorkspaceToken, type NewWorkspaceTokenView} from './workspace-token.schema.ts';
import type {WorkspaceTokenService} from './workspace-token.service.ts';

export const createWorkspaceTokenRouter = ({workspaceTokens}: {workspaceTokens: WorkspaceTokenService}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/tokens:
	 *   post:
	 *     tags: [Tokens]
	 *     operationId: createWorkspaceToken
	 *     summary: Make a token for a program in a workspace
	 *     description: >
	 *       By it the program acts for the caller, in this workspace, for these operations, as long as the caller may. It ends for good when a stop,
	 *       start, restart, rebuild or deletion of the workspace is accepted.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/CreateWorkspaceToken'}}}
	 *     responses:
	 *       201:
	 *         description: The token, shown this once
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/NewWorkspaceToken'}}}
	 */
	// An answer that is kept to be given again would be a token that is kept.
	router.post('/workspaces/:id/tokens', authorize('workspace.tokens.create'), notIdempotent, async ctx => {
		const {actor, workspaceRole} = ctx.state;
		const input = parseBody(ctx, CreateWorkspaceToken);
		const {token, expiresAt} = await workspaceTokens.create(actor, workspaceRole, workspaceId(ctx), input);
		ctx.status = 201;
		ctx.set('Cache-Control', 'no-store');
		ctx.body = {
			token,
			operations: input.operations,
			expiresAt: expiresAt.toISOString(),
		} satisfies NewWorkspaceTokenView;
	});

	return router;
};
