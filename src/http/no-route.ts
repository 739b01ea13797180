import {AppError} from '../errors.ts';
import type {AppMiddleware} from './context.ts';
import type {AppRouter} from './router.ts';

/** Behind the routers: says what an address takes (OPTIONS), or that it does not take this (405), or that it is none (404). */
export const noRoute =
	(router: AppRouter): AppMiddleware =>
	ctx => {
		const methods = new Set(router.match(ctx.path, ctx.method).path.flatMap(layer => layer.methods));
		if (methods.size === 0) throw new AppError('ROUTE_NOT_FOUND');
		const allowed = [...methods, 'OPTIONS'].join(', ');
		ctx.set('Allow', allowed);
		if (ctx.method !== 'OPTIONS') throw new AppError('METHOD_NOT_ALLOWED', {method: ctx.method, allowed});
		ctx.status = 204;
	};
