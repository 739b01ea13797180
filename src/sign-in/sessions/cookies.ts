import type {AppContext} from '../../http/context.ts';

/** A cookie that no script reads, and that no other site's page sends along with more than a link to here. */
export interface HttpOnlyCookie {
	read(ctx: AppContext): string | null;
	/** Without `maxAgeMs` it goes when the browser is closed. */
	write(ctx: AppContext, value: string, maxAgeMs?: number): void;
	clear(ctx: AppContext): void;
}

/** Where people come by https it goes nowhere else (Secure), and no other host of the domain can plant it (`__Host-`). */
export const httpOnlyCookie = (plainName: string, {publicUrl}: {publicUrl: string}): HttpOnlyCookie => {
	const isSecure = (ctx: AppContext): boolean => ctx.secure || publicUrl.startsWith('https:');
	const nameFor = (ctx: AppContext): string => (isSecure(ctx) ? `__Host-${plainName}` : plainName);
	const set = (ctx: AppContext, value: string | null, maxAge?: number): void => {
		const secure = isSecure(ctx);
		// TLS ends in front of this process; the library looks at the connection alone.
		ctx.cookies.secure = secure;
		const expiry = maxAge === undefined ? {} : {maxAge};
		ctx.cookies.set(nameFor(ctx), value, {
			httpOnly: true,
			sameSite: 'lax',
			secure,
			path: '/',
			overwrite: true,
			...expiry,
		});
	};
	return {
		read: ctx => ctx.cookies.get(nameFor(ctx)) ?? null,
		write: set,
		clear: ctx => set(ctx, null),
	};
};
