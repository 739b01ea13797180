import {type Operation, ruleOf} from '../access/permissions.ts';
import type {Actor} from '../access/actor.ts';
import {AppError, type ErrorCode} from '../errors.ts';
import type {AppState, RouteContext, RouteMiddleware} from './context.ts';
import {speak} from './identify.ts';
import {parseId} from './parse.ts';

export type Authorize = RouteMiddleware & {readonly operation: Operation};

interface Subject {
	/** The workspace or team that the route is about; null when there is no such thing. Default: the path's `id`. */
	id?: (ctx: RouteContext) => Promise<string | null> | string | null;
	/** What to answer for one that the caller may not know of. */
	notFound?: ErrorCode;
	/** `byHandler`: the handler reads the body when it knows that it is worth it. Default: it is read as soon as it is known who asks. */
	body?: 'byHandler';
}

/**
 * Lets a request through when its actor may do the operation. Each route needs one; `operation` is what the check at start
 * and the permission tests read. Whose request it is is asked only here: what is public needs nobody to sign in, and no server that knows who people are.
 */
export const authorize = (operation: Operation, subject: Subject = {}): Authorize => {
	const rule = ruleOf(operation);
	const readBody = (ctx: RouteContext) => (subject.body === 'byHandler' ? undefined : ctx.state.readBody());
	const {notFound = 'team' in rule ? 'TEAM_NOT_FOUND' : 'WORKSPACE_NOT_FOUND'} = subject;
	const {id: idOf = ctx => parseId(ctx.params['id'], notFound)} = subject;

	/** What they are to what it is about. */
	const require = async (ctx: RouteContext, actor: Actor): Promise<Partial<AppState>> => {
		const {access} = ctx.state;
		if ('platform' in rule) {
			access.requirePlatform(actor, operation);
			return {};
		}
		const subjectId = await idOf(ctx);
		if (subjectId === null) throw new AppError(notFound);
		// Also of a refusal it is known what it was about.
		ctx.state.subjectId = subjectId;
		if ('workspace' in rule)
			return {workspaceRole: await access.requireWorkspace(actor, operation, subjectId, notFound)};
		return {teamRole: await access.requireTeam(actor, operation, subjectId, notFound)};
	};

	const guard: RouteMiddleware = async (ctx, next) => {
		const {signIn, admit} = ctx.state;
		if ('public' in rule) {
			await admit(null);
			await readBody(ctx);
			return next();
		}
		const actor = await signIn();
		await admit(actor);
		if (!actor) throw new AppError('AUTHENTICATION_REQUIRED');
		ctx.state.actor = actor;
		ctx.state.operation = operation;
		if (actor.language && namesNoLanguage(ctx.get('Accept-Language'))) speak(ctx, actor.language);
		// It may name what the route is about. Nobody who is unknown gets this far.
		await readBody(ctx);
		Object.assign(ctx.state, await require(ctx, actor));
		ctx.state.askAgain = async () => {
			const stillThem = await signIn();
			if (!stillThem) throw new AppError('AUTHENTICATION_REQUIRED');
			await require(ctx, stillThem);
		};
		return next();
	};
	return Object.assign(guard, {operation});
};

/** Programs say that any will do without being asked. */
const namesNoLanguage = (header: string): boolean => header === '' || header === '*';
