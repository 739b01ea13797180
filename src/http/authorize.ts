import type {Actor} from '../access/actor.ts';
import {type Operation, ruleOf} from '../access/permissions.ts';
import {AppError, type ErrorCode} from '../errors.ts';
import type {RouteContext, RouteMiddleware} from './context.ts';
import {parseId} from './parse.ts';

export type Authorize = RouteMiddleware & {readonly operation: Operation};

interface Subject {
	/** The workspace that the route is about; null when there is no such thing. Default: the path's `id`. */
	workspaceId?: (ctx: RouteContext) => Promise<string | null> | string | null;
	/** What to answer for a workspace that the caller may not know of. */
	notFound?: ErrorCode;
}

/**
 * Lets a request through when its actor may do the operation. Each route needs one; `operation` is what the check at start
 * and the permission tests read.
 */
export const authorize = (operation: Operation, subject: Subject = {}): Authorize => {
	const {notFound = 'WORKSPACE_NOT_FOUND', workspaceId = ctx => parseId(ctx.params['id'], notFound)} = subject;
	const rule = ruleOf(operation);
	const guard: RouteMiddleware = async (ctx, next) => {
		if ('public' in rule) return next();
		const actor: Actor | undefined = ctx.state.actor;
		if (!actor) throw new AppError('AUTHENTICATION_REQUIRED');
		if ('workspace' in rule) {
			const id = await workspaceId(ctx);
			if (id === null) throw new AppError(notFound);
			ctx.state.workspaceRole = await ctx.state.access.requireWorkspace(actor, operation, id, notFound);
		} else {
			ctx.state.access.requirePlatform(actor, operation);
		}
		return next();
	};
	return Object.assign(guard, {operation});
};
