import {type Actor, localAdministrator} from '../../access/actor.ts';
import type {Config} from '../../config.ts';
import {AppError} from '../../errors.ts';
import {authorize} from '../../http/authorize.ts';
import type {RouteMiddleware} from '../../http/context.ts';
import {notIdempotent} from '../../http/idempotent.ts';
import {parseBody, parseQuery} from '../../http/parse.ts';
import {type AppRouter, createRootRouter} from '../../http/router.ts';
import type {BrowserSignIn} from './browser-sign-in.ts';
import type {CookieSessions} from './cookie-sessions.ts';
import {httpOnlyCookie} from './cookies.ts';
import type {IdentityProvider} from './identity-provider.ts';
import {PENDING_MINUTES} from './pending-sign-in.ts';
import {type SignedInView, SignInQuery, SignOut} from './session.schema.ts';
import type {Session, SessionService} from './session.service.ts';
import {signInProblemPage} from './sign-in-problem-page.ts';

/** What signing in with a browser takes; null while signing in is off. */
export type BrowserSessions = {
	config: Pick<Config, 'publicUrl'>;
	provider: IdentityProvider;
	signIn: BrowserSignIn;
	sessions: SessionService;
	cookieSessions: CookieSessions;
} | null;

export const createSessionRouter = ({browserSessions}: {browserSessions: BrowserSessions}): AppRouter => {
	const router = createRootRouter();

	/**
	 * @openapi
	 * /auth/login:
	 *   get:
	 *     tags: [Sign-in]
	 *     operationId: signIn
	 *     summary: Send a browser to sign in
	 *     description: A link to follow, not to fetch. The browser comes back to `/auth/callback`, and from there to `returnTo`. One sign-in at a time in a browser, within ten minutes.
	 *     x-query: SignInQuery
	 *     responses:
	 *       302:
	 *         description: To the sign-in service
	 *         headers:
	 *           Location: {description: Where to sign in, schema: {type: string}}
	 *       409: {$ref: '#/components/responses/Conflict'}
	 *       503: {$ref: '#/components/responses/Unavailable'}
	 */
	router.get('/auth/login', authorize('public'), forBrowsers, async ctx => {
		const {returnTo} = parseQuery(ctx, SignInQuery);
		const {signIn, config} = required(browserSessions);
		const {url, cookie} = await signIn.begin(returnTo, ctx.state.language);
		pendingCookie(config).write(ctx, cookie, PENDING_MINUTES * 60_000);
		ctx.redirect(url);
	});

	/**
	 * @openapi
	 * /auth/callback:
	 *   get:
	 *     tags: [Sign-in]
	 *     operationId: finishSignIn
	 *     summary: Where the sign-in service sends a browser back to
	 *     description: >
	 *       Begins a session, which always has a new id; one that the browser had before ends. What goes wrong is a page for a browser and a problem
	 *       document for others: SIGN_IN_NOT_PENDING, SIGN_IN_FAILED, SIGN_IN_REFUSED with the reason, USER_DISABLED.
	 *     parameters:
	 *       - {name: state, in: query, description: Which sign-in this is., schema: {type: string}}
	 *       - {name: code, in: query, description: What the sign-in service confirms it by., schema: {type: string}}
	 *       - {name: error, in: query, description: Why the sign-in service refuses., schema: {type: string}}
	 *     responses:
	 *       302:
	 *         description: To `returnTo`, signed in
	 *         headers:
	 *           Location: {description: An address of this service, schema: {type: string}}
	 *       400: {$ref: '#/components/responses/SignInFailed'}
	 *       403: {$ref: '#/components/responses/Forbidden'}
	 *       409: {$ref: '#/components/responses/Conflict'}
	 *       503: {$ref: '#/components/responses/Unavailable'}
	 */
	router.get('/auth/callback', authorize('public'), forBrowsers, async ctx => {
		const {signIn, cookieSessions, config} = required(browserSessions);
		const cookie = pendingCookie(config);
		const {sessionId, returnTo} = await signIn.finish(ctx.querystring, cookie.read(ctx));
		await cookieSessions.replace(ctx, sessionId);
		cookie.clear(ctx);
		// A whole address: of a path alone a browser might make another host's.
		ctx.redirect(new URL(returnTo, config.publicUrl).href);
	});

	/**
	 * @openapi
	 * /auth/session:
	 *   get:
	 *     tags: [Sign-in]
	 *     operationId: getSession
	 *     summary: Whether this browser is signed in, as whom, and what its changes must carry
	 *     description: >
	 *       200 also when nobody is: for a page that asks at its start this is an answer, not an error. Counts as a use of the session. Speaks of the cookie alone,
	 *       never of a bearer token. While signing in is off everybody is the local administrator.
	 *     responses:
	 *       200:
	 *         description: The session, or that there is none
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/BrowserSession'}}}
	 *       403: {$ref: '#/components/responses/Forbidden'}
	 *       503: {$ref: '#/components/responses/Unavailable'}
	 */
	router.get('/auth/session', authorize('public'), notStored, async ctx => {
		if (!browserSessions) {
			ctx.body = withoutSignIn;
			return;
		}
		const session = await browserSessions.cookieSessions.read(ctx);
		ctx.body = session ? viewSession(session, browserSessions.sessions.csrfToken(session.id)) : {signedIn: false};
	});

	/**
	 * @openapi
	 * /auth/logout:
	 *   post:
	 *     tags: [Sign-in]
	 *     operationId: signOut
	 *     summary: Sign out, here or everywhere
	 *     description: >
	 *       Needs `X-CSRF-Token` like every change that comes with a cookie. Ends the session at once, also for requests that are on their way; `everywhere` ends those of
	 *       all browsers. Who is not signed in gets the same answer.
	 *     security: [{cookie: [], csrfToken: []}, {}]
	 *     requestBody:
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/SignOut'}}}
	 *     responses:
	 *       200:
	 *         description: Signed out
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/SignedOutAnswer'}}}
	 *       403: {$ref: '#/components/responses/Forbidden'}
	 *       503: {$ref: '#/components/responses/Unavailable'}
	 */
	router.post('/auth/logout', authorize('public'), notIdempotent, notStored, async ctx => {
		const {everywhere} = parseBody(ctx, SignOut);
		const session = await browserSessions?.cookieSessions.read(ctx);
		if (!browserSessions || !session) {
			ctx.body = {endSessionUrl: null};
			return;
		}
		const {sessions, cookieSessions, provider} = browserSessions;
		if (everywhere) await sessions.endAll(session.actor.id);
		await sessions.end(session.id);
		cookieSessions.clear(ctx);
		ctx.body = {endSessionUrl: await provider.endSessionUrl(session.idToken)};
	});

	return router;
};

const pendingCookie = (config: {publicUrl: string}) => httpOnlyCookie('wsm_sign_in', config);

const notStored: RouteMiddleware = (ctx, next) => {
	ctx.set('Cache-Control', 'no-store');
	return next();
};

const forBrowsers: RouteMiddleware = (ctx, next) => {
	ctx.state.problemPage = signInProblemPage;
	return notStored(ctx, next);
};

const required = (browserSessions: BrowserSessions): NonNullable<BrowserSessions> => {
	if (!browserSessions) throw new AppError('SIGN_IN_OFF');
	return browserSessions;
};

const viewSession = ({actor, email, expiresAt, endsAt}: Session, csrfToken: string): SignedInView => ({
	signedIn: true,
	user: viewUser(actor, email),
	csrfToken,
	expiresAt: expiresAt.toISOString(),
	endsAt: endsAt.toISOString(),
});

const viewUser = ({id, name, platformRole}: Actor, email: string | null) => ({id, name, email, platformRole});

const withoutSignIn: SignedInView = {
	signedIn: true,
	user: viewUser(localAdministrator, null),
	csrfToken: null,
	expiresAt: null,
	endsAt: null,
};
