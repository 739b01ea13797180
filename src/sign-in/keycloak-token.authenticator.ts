import type {Context} from 'koa';
import koaJwt from 'koa-jwt';
import {koaJwtSecret} from 'jwks-rsa';
import type {Config} from '../config.ts';
import {AppError} from '../errors.ts';
import type {Authenticator} from '../http/authenticate.ts';
import {clockToleranceSeconds, readAccessToken} from './access-token.ts';
import type {KeySet} from './key-set.ts';
import type {Keycloak} from './keycloak.ts';
import type {KnownUsers} from './known-users.ts';

interface Collaborators {
	keycloak: Keycloak;
	keys: KeySet;
	knownUsers: KnownUsers;
	config: Pick<Config, 'jwtAlgorithm' | 'jwtAccessTokenExpireMinutes' | 'keycloakAcceptAzp'>;
}

/**
 * Signs in with the access tokens of a Keycloak realm. Rejects with TOKEN_EXPIRED, TOKEN_INVALID, USER_DISABLED, and with
 * IDENTITY_PROVIDER_UNAVAILABLE where only Keycloak could say whether the token is good.
 */
export const createKeycloakTokenAuthenticator = ({
	keycloak,
	keys,
	knownUsers,
	config,
}: Collaborators): Authenticator => {
	// koa-jwt hands on what it does not know itself to jsonwebtoken, which verifies.
	const options: koaJwt.Options & {clockTolerance: number; maxAge: string} = {
		// The key is looked up by its id alone, and only among what Keycloak publishes: no header of a token says where to look.
		secret: koaJwtSecret({
			jwksUri: keycloak.keysUrl,
			// The key set keeps them: it knows what to do while Keycloak is away, which the cache of this package does not.
			cache: false,
			getKeysInterceptor: keys.known,
			fetcher: async () => ({keys: await keys.renewed()}),
		}),
		getToken: jsonWebToken,
		algorithms: [config.jwtAlgorithm],
		issuer: keycloak.issuer,
		clockTolerance: clockToleranceSeconds,
		maxAge: `${config.jwtAccessTokenExpireMinutes}m`,
		key: 'claims',
	};
	const verify = koaJwt(options);

	return async ctx => {
		if (jsonWebToken(ctx) === null) return null;
		const state: {claims?: unknown} = {};
		try {
			// It is a middleware: it gets a context of its own, so that nothing of the request's state decides here, and nothing is left there.
			await verify(Object.assign(Object.create(ctx) as Context, {state}), async () => {});
		} catch (thrown) {
			const error = toAppError(thrown);
			// Whoever sent it is not told more than the code; whoever connects a Keycloak has to know.
			ctx.state.log.debug({err: error.cause}, 'a token is refused');
			throw error;
		}
		const identity = readAccessToken(state.claims, keycloak, {acceptAzp: config.keycloakAcceptAzp});
		if (!identity) {
			ctx.state.log.debug('a token is refused: it is no access token for this API');
			throw new AppError('TOKEN_INVALID');
		}
		return knownUsers.bySubject(identity);
	};
};

/** The bearer that looks like a JSON Web Token; whatever else it may be is for another authenticator. */
const jsonWebToken = (ctx: Pick<Context, 'get'>): string | null =>
	/^Bearer +(eyJ[\w-]*\.[\w-]*\.[\w-]*)$/i.exec(ctx.get('Authorization'))?.[1] ?? null;

const toAppError = (thrown: unknown): AppError => {
	const cause = thrown instanceof Error && 'originalError' in thrown ? thrown.originalError : thrown;
	if (cause instanceof AppError) return cause;
	const isLate = cause instanceof Error && cause.name === 'TokenExpiredError';
	return new AppError(isLate ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID', {}, {cause});
};
