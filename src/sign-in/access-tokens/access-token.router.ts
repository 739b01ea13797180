import {authorize} from '../../http/authorize.ts';
import {notIdempotent} from '../../http/idempotent.ts';
import {parseBody, parseId} from '../../http/parse.ts';
import {ifMatch, requireRevision} from '../../http/revision.ts';
import {type AppRouter, createApiRouter} from '../../http/router.ts';
import {type AccessTokenView, CreateAccessToken} from './access-token.schema.ts';
import type {AccessTokenService} from './access-token.service.ts';
import type {PersonalAccessToken} from './personal-access-token.entity.ts';

export const createAccessTokenRouter = ({accessTokens}: {accessTokens: AccessTokenService}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/users/me/tokens:
	 *   get:
	 *     tags: [Tokens]
	 *     operationId: listAccessTokens
	 *     summary: The caller's personal access tokens
	 *     responses:
	 *       200:
	 *         description: All of them, also those that have expired; what is secret in them is not shown
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/AccessTokenList'}}}
	 *   post:
	 *     tags: [Tokens]
	 *     operationId: createAccessToken
	 *     summary: Make a personal access token
	 *     description: >
	 *       For programs that act for the caller. At each request it is good for what its scopes say and its owner may. A token makes no token that
	 *       is good for more, or for longer, than itself (TOKEN_EXCEEDS_CREDENTIAL), and what was made with it is revoked with it. Fifty for each person.
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/CreateAccessToken'}}}
	 *     responses:
	 *       201:
	 *         description: The token, shown this once
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/NewAccessToken'}}}
	 * /api/v1/users/me/tokens/{id}:
	 *   delete:
	 *     tags: [Tokens]
	 *     operationId: revokeAccessToken
	 *     summary: Revoke a personal access token of the caller
	 *     description: It is good for nothing at once, nor is anything that was made with it.
	 *     responses:
	 *       204:
	 *         description: Revoked
	 */
	router.get('/users/me/tokens', authorize('token.list'), async ctx => {
		ctx.body = {items: (await accessTokens.list(ctx.state.actor.id)).map(viewToken)};
	});

	// An answer that is kept to be given again would be a token that is kept.
	router.post('/users/me/tokens', authorize('token.create'), notIdempotent, async ctx => {
		const {token, row} = await accessTokens.create(ctx.state.actor, parseBody(ctx, CreateAccessToken));
		ctx.status = 201;
		ctx.set('Cache-Control', 'no-store');
		ctx.body = {...viewToken(row), token};
	});

	router.delete('/users/me/tokens/:id', authorize('token.revoke'), async ctx => {
		// A token is never changed.
		requireRevision(ifMatch(ctx), 1);
		await accessTokens.revoke(ctx.state.actor.id, parseId(ctx.params['id'], 'TOKEN_NOT_FOUND'));
		ctx.status = 204;
	});

	return router;
};

const viewToken = ({id, name, scopes, createdAt, expiresAt, lastUsedAt}: PersonalAccessToken): AccessTokenView => ({
	id,
	name,
	scopes,
	createdAt: createdAt.toISOString(),
	expiresAt: expiresAt.toISOString(),
	lastUsedAt: lastUsedAt?.toISOString() ?? null,
});
