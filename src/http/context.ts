import type {RouterContext, RouterMiddleware} from '@koa/router';
import type {Context, DefaultContext, Middleware} from 'koa';
import type {AccessService} from '../access/access.service.ts';
import type {Actor} from '../access/actor.ts';
import type {Operation, TeamRole, WorkspaceRole} from '../access/permissions.ts';
import type {ErrorCode} from '../errors.ts';
import type {IdempotencyService} from '../idempotency/idempotency.service.ts';
import type {Language} from '../i18n/translate.ts';
import type {Logger} from '../logger.ts';
import type {Problem} from './problem.schema.ts';
import type {AccessWatch} from './access-watch.ts';

/** What the middleware in front of every route has put into `ctx.state`. */
export interface AppState {
	requestId: string;
	language: Language;
	/** Who the request speaks for; null: it carries no credential. Rejects for one that is not good. */
	signIn: () => Promise<Actor | null>;
	/** Counts the request, of somebody or of nobody, against the limits. Rejects with TOO_MANY_REQUESTS{retryAfterSeconds}. */
	admit: (actor: Actor | null) => Promise<void>;
	/** How the body is read (`body.ts`). */
	readBody: () => Promise<void>;
	readBytes: (limitBytes: number) => Promise<Buffer>;
	/** This and what follows is present behind every `authorize` of an operation that is not public. */
	actor: Actor;
	operation: Operation;
	/** The workspace or team that the route is about. */
	subjectId?: string;
	/** Rejects when what the request was let through for is not so any more. */
	askAgain?: () => Promise<void>;
	/** Carries the request id. */
	log: Logger;
	access: AccessService;
	idempotency: IdempotencyService;
	/** The actor's role in it. */
	workspaceRole: WorkspaceRole | null;
	teamRole: TeamRole | null;
	/** The code that the request was refused with, for its line in the log. */
	errorCode?: ErrorCode;
	/** How to show a problem to a person; set by routes that browsers are sent to. */
	problemPage?: (problem: Problem, language: Language) => string;
	/** Aborts when this process begins to stop: long answers end. */
	shutdown: AbortSignal;
	accessWatch: AccessWatch;
}

export type AppMiddleware = Middleware<AppState, DefaultContext>;
export type RouteMiddleware = RouterMiddleware<AppState>;
export type RouteContext = RouterContext<AppState>;

/** The least that a helper needs: every context of a route or a middleware is one. */
export type AppContext = Pick<
	Context,
	'request' | 'req' | 'res' | 'method' | 'secure' | 'querystring' | 'cookies' | 'get' | 'set' | 'status' | 'body'
> & {
	state: AppState;
};
