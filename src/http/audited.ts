import {isAudited} from '../audit/actions.ts';
import type {Act, AuditTrail} from '../audit/audit-trail.ts';
import type {AppMiddleware, AppState} from './context.ts';
import {routeOf} from './identify.ts';

/** In front of every route: what a request does is written down, whichever route it takes. `authorize` says who it is and what they do. */
export const audited =
	(trail: AuditTrail): AppMiddleware =>
	(ctx, next) => {
		const actOf = (): Act | null => {
			const {operation, actor = null, subjectId = null, requestId} = ctx.state as Partial<AppState>;
			if (!operation) return null;
			return {
				actor,
				operation,
				isChange: ctx.method !== 'GET' && ctx.method !== 'HEAD' && isAudited(operation),
				subjectId,
				target: operation.startsWith('user.me.') ? {type: 'user', id: actor?.id ?? null} : targetOf(ctx, operation),
				requestId: requestId ?? '',
				address: ctx.ip.replace(/^::ffff:/, '') || null,
			};
		};
		return trail.watch(actOf, ctx.state.log, next);
	};

/** The last thing that the address names: `/teams/:id/members/:userId` is about a member. Without any it is about one of what the operation names. */
const targetOf = (ctx: object, operation: string): Act['target'] => {
	const [, collection, name] = /([a-z-]+)s\/:(\w+)(?:\/[a-z-]+)*$/.exec(routeOf(ctx)) ?? [];
	const params = 'params' in ctx ? (ctx.params as Record<string, string>) : {};
	const value = name === undefined ? undefined : params[name];
	if (!collection || value === undefined) return {type: operation.split('.')[0]!, id: null};
	return {type: collection, id: isId.test(value) ? value.toLowerCase() : value.slice(0, 255)};
};

const isId = /^[\da-f-]{36}$/i;
