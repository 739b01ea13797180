import {localAdministrator} from '../access/actor.ts';
import type {AppMiddleware} from './context.ts';

/**
 * Says who a request speaks for. With signing in off, everybody is the local administrator. With it on nobody is anyone yet:
 * no actor is set, and `authorize` refuses whatever is not public.
 */
export const authenticate =
	({enableAuth}: {enableAuth: boolean}): AppMiddleware =>
	(ctx, next) => {
		if (!enableAuth) ctx.state.actor = localAdministrator;
		return next();
	};
