import type {Config} from '../../config.ts';
import {AppError} from '../../errors.ts';
import type {Authenticator} from '../../http/authenticate.ts';
import type {AppContext} from '../../http/context.ts';
import {httpOnlyCookie} from './cookies.ts';
import type {Session, SessionService} from './session.service.ts';

export type CookieSessions = ReturnType<typeof createCookieSessions>;

interface Dependencies {
	sessions: SessionService;
	config: Pick<Config, 'publicUrl' | 'allowedOrigins'>;
}

/** Sessions of requests. A browser sends its cookie whoever wrote the page; so a page has to show that it is one of ours. */
export const createCookieSessions = ({sessions, config}: Dependencies) => {
	const cookie = httpOnlyCookie('wsm_session', config);
	const origins = [config.publicUrl, ...config.allowedOrigins];

	const requireOwnPage = (ctx: AppContext, id: string): void => {
		const origin = ctx.get('Origin');
		const isChange = !harmless.has(ctx.method);
		// Reads carry one when a page of another origin asks, or opens a WebSocket.
		if ((isChange || origin) && !origins.includes(origin)) throw new AppError('CSRF_REJECTED', {reason: 'origin'});
		if (isChange && !sessions.isCsrfToken(id, ctx.get('X-CSRF-Token')))
			throw new AppError('CSRF_REJECTED', {reason: 'token'});
	};

	return {
		/** The session of the request's cookie; null: none. Rejects with CSRF_REJECTED{reason}, USER_DISABLED, SESSIONS_UNAVAILABLE. */
		async read(ctx: AppContext): Promise<(Session & {id: string}) | null> {
			const id = cookie.read(ctx);
			if (id === null) return null;
			requireOwnPage(ctx, id);
			const session = await sessions.find(id);
			return session && {...session, id};
		},

		/** Gives the browser a session, in the place of the one that it had. */
		async replace(ctx: AppContext, id: string): Promise<void> {
			const before = cookie.read(ctx);
			if (before !== null) await sessions.end(before);
			cookie.write(ctx, id);
		},

		clear: cookie.clear,
	};
};

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A request with a bearer token speaks for that alone, good or bad: its cookie is not looked at. */
export const sessionAuthenticator =
	(cookieSessions: CookieSessions): Authenticator =>
	async ctx => {
		if (/^bearer\b/i.test(ctx.get('Authorization'))) return null;
		return (await cookieSessions.read(ctx))?.actor ?? null;
	};
