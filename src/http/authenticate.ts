import {type Actor, localAdministrator} from '../access/actor.ts';
import {AppError} from '../errors.ts';
import type {AppContext, AppMiddleware} from './context.ts';

/**
 * Reads one kind of credential. Answers null for a request that carries none of that kind, and rejects (401 TOKEN_INVALID and the like)
 * for one that is not good.
 */
export type Authenticator = (ctx: AppContext) => Promise<Actor | null>;

/**
 * Says how to find out who a request speaks for. With signing in off, everybody is the local administrator; with it on, whoever the first
 * credential names that the request carries. What nobody can read is TOKEN_INVALID.
 */
export const authenticate =
	({enableAuth}: {enableAuth: boolean}, authenticators: readonly Authenticator[]): AppMiddleware =>
	(ctx, next) => {
		ctx.state.signIn = async () => {
			if (!enableAuth) return localAdministrator;
			for (const read of authenticators) {
				const actor = await read(ctx);
				if (actor) return actor;
			}
			if (ctx.get('Authorization')) throw new AppError('TOKEN_INVALID');
			return null;
		};
		return next();
	};
