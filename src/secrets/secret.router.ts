import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {parseBody, parsePath} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import {workspaceId} from '../workspaces/workspace.router.ts';
import {PutSecret, SecretPath, type SecretView} from './secret.schema.ts';
import type {SecretScope, SecretService, SecretSummary} from './secret.service.ts';

export const createSecretRouter = ({secrets}: {secrets: SecretService}): AppRouter => {
	const router = createApiRouter();
	const ofWorkspace = (ctx: RouteContext): SecretScope => ({workspace: workspaceId(ctx)});
	const own = (ctx: RouteContext): SecretScope => ({user: ctx.state.actor.id});

	const list = async (ctx: RouteContext, scope: SecretScope): Promise<void> => {
		ctx.body = {items: (await secrets.list(scope)).map(viewSecret)};
	};

	const put = async (ctx: RouteContext, scope: SecretScope): Promise<void> => {
		const input = {...parsePath(ctx, SecretPath), ...parseBody(ctx, PutSecret)};
		const {secret, isNew} = await secrets.put(ctx.state.actor, scope, input, ifMatch(ctx));
		setRevision(ctx, secret.revision);
		ctx.body = null;
		ctx.status = isNew ? 201 : 204;
	};

	const remove = async (ctx: RouteContext, scope: SecretScope): Promise<void> => {
		await secrets.remove(scope, ctx.params['name']!, ifMatch(ctx));
		ctx.status = 204;
	};

	/**
	 * @openapi
	 * /api/v1/workspaces/{id}/secrets:
	 *   get:
	 *     tags: [Secrets]
	 *     operationId: listWorkspaceSecrets
	 *     summary: The secrets of a workspace, without their values
	 *     responses:
	 *       200:
	 *         description: All of them
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/SecretList'}}}
	 * /api/v1/workspaces/{id}/secrets/{name}:
	 *   parameters:
	 *     - {name: name, in: path, required: true, description: Its name., schema: {type: string, pattern: '^[A-Z][A-Z0-9_]{0,63}$'}, example: NPM_TOKEN}
	 *   put:
	 *     tags: [Secrets]
	 *     operationId: putWorkspaceSecret
	 *     summary: Store a secret for what runs in a workspace
	 *     description: Takes the place of the value before. Fifty for each workspace. Goes when the workspace is deleted.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/PutSecret'}}}
	 *     responses:
	 *       201:
	 *         description: Stored; there was none of that name
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *       204:
	 *         description: Stored in the place of the one before
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *   delete:
	 *     tags: [Secrets]
	 *     operationId: deleteWorkspaceSecret
	 *     summary: Forget a secret of a workspace
	 *     responses:
	 *       204:
	 *         description: Gone
	 */
	router.get('/workspaces/:id/secrets', authorize('secret.list'), ctx => list(ctx, ofWorkspace(ctx)));
	router.put('/workspaces/:id/secrets/:name', authorize('secret.write'), ctx => put(ctx, ofWorkspace(ctx)));
	router.delete('/workspaces/:id/secrets/:name', authorize('secret.write'), ctx => remove(ctx, ofWorkspace(ctx)));

	/**
	 * @openapi
	 * /api/v1/users/me/secrets:
	 *   get:
	 *     tags: [Secrets]
	 *     operationId: listOwnSecrets
	 *     summary: The caller's own secrets, without their values
	 *     responses:
	 *       200:
	 *         description: All of them
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/SecretList'}}}
	 * /api/v1/users/me/secrets/{name}:
	 *   parameters:
	 *     - {name: name, in: path, required: true, description: Its name., schema: {type: string, pattern: '^[A-Z][A-Z0-9_]{0,63}$'}, example: NPM_TOKEN}
	 *   put:
	 *     tags: [Secrets]
	 *     operationId: putOwnSecret
	 *     summary: Store a secret for what runs for the caller, in any workspace
	 *     description: Takes the place of the value before. A workspace's own secret of the same name comes first. Fifty for each person.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/PutSecret'}}}
	 *     responses:
	 *       201:
	 *         description: Stored; there was none of that name
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *       204:
	 *         description: Stored in the place of the one before
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *   delete:
	 *     tags: [Secrets]
	 *     operationId: deleteOwnSecret
	 *     summary: Forget a secret of the caller
	 *     responses:
	 *       204:
	 *         description: Gone
	 */
	router.get('/users/me/secrets', authorize('user.secrets.list'), ctx => list(ctx, own(ctx)));
	router.put('/users/me/secrets/:name', authorize('user.secrets.write'), ctx => put(ctx, own(ctx)));
	router.delete('/users/me/secrets/:name', authorize('user.secrets.write'), ctx => remove(ctx, own(ctx)));

	return router;
};

const viewSecret = ({name, revision, updatedAt, updatedBy}: SecretSummary): SecretView => ({
	name,
	revision,
	updatedAt: updatedAt.toISOString(),
	updatedBy,
});
