import type {AppMiddleware, AppState} from './context.ts';

/** Puts what the shared middleware of routes works with into the request's state. */
export const provide =
	(services: Pick<AppState, 'access' | 'idempotency' | 'shutdown' | 'accessWatch'>): AppMiddleware =>
	(ctx, next) => {
		Object.assign(ctx.state, services);
		return next();
	};
