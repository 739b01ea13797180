import cors from '@koa/cors';
import helmet from 'koa-helmet';
import type {AppMiddleware} from './context.ts';

/** An API's answers are no pages: nothing may run in them. The documentation pages set a policy of their own. */
export const securityHeaders = (): AppMiddleware =>
	helmet({
		contentSecurityPolicy: {useDefaults: false, directives: {defaultSrc: ["'none'"], frameAncestors: ["'none'"]}},
		// For the proxy in front to say: it knows whether there is TLS.
		strictTransportSecurity: false,
	}) as AppMiddleware;

/** Lets pages of the listed origins, and of no other, call the API from a browser. */
export const crossOrigin = ({allowedOrigins}: {allowedOrigins: readonly string[]}): AppMiddleware =>
	cors({
		origin: ctx => (allowedOrigins.includes(ctx.get('Origin')) ? ctx.get('Origin') : ''),
		credentials: true,
		exposeHeaders: [
			'ETag',
			'Location',
			'Retry-After',
			'RateLimit',
			'RateLimit-Policy',
			'X-Request-Id',
			'Idempotency-Replayed',
		],
		maxAge: 600,
	}) as AppMiddleware;
