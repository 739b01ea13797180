import {AppError} from '../errors.ts';
import type {Config} from '../config.ts';
import type {AppMiddleware} from './context.ts';

/** What a browser says of a request, of whatever protocol. */
export interface RequestSource {
	method: string;
	url: string;
	headers: Readonly<Record<string, string | string[] | undefined>>;
}

type HostConfig = Pick<Config, 'enableAuth' | 'publicUrl' | 'host' | 'allowedHosts' | 'allowedOrigins'>;

const loopback = ['localhost', '127.0.0.1', '[::1]'];
const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who may command the service from a browser. A page of any site can send requests here, and with a name of its own that it lets point to this address
 * it can read the answers, too (DNS rebinding). So only names of our own are served, and changes come from pages of our own. With signing in on, that
 * holds for what carries a cookie: a token is sent by nobody but who has it.
 */
export const createSourceCheck = ({enableAuth, publicUrl, host, allowedHosts, allowedOrigins}: HostConfig) => {
	const names = new Set([new URL(publicUrl).host, host, ...loopback, ...allowedHosts].map(nameOf));
	const origins = new Set([publicUrl, ...allowedOrigins]);
	const isOwnHost = (value: string): boolean => {
		const name = nameOf(value);
		return name !== null && names.has(name);
	};

	/** Of a name of ours: in its Host, and in its target where that names one. */
	const hasOwnHost = ({url, headers}: RequestSource): boolean => {
		const hosts = [headers['host'] ?? '', headers['x-forwarded-host'] ?? []].flat();
		const target = url.startsWith('/') || url === '*' ? null : /^https?:\/\/([^/?#]*)/i.exec(url);
		if (!url.startsWith('/') && url !== '*' && target === null) return false;
		return [...hosts.flatMap(each => each.split(',')), ...(target ? [target[1]!] : [])].every(isOwnHost);
	};

	/** No page, or one of ours: of this address, or of a listed origin. */
	const hasOwnPage = ({headers}: RequestSource): boolean => {
		const origin = String(headers['origin'] ?? '');
		if (origins.has(origin)) return true;
		const site = String(headers['sec-fetch-site'] ?? 'none').toLowerCase();
		if (site !== 'none' && site !== 'same-origin') return false;
		return origin === '' || hostOf(origin) === String(headers['host']).toLowerCase();
	};

	/** Throws HOST_NOT_ALLOWED or CROSS_SITE_REFUSED. Health is asked by address. */
	return (source: RequestSource): void => {
		if (/^\/health(?:[/?]|$)/.test(source.url) || (enableAuth && !source.headers['cookie'])) return;
		if (!hasOwnHost(source)) throw new AppError('HOST_NOT_ALLOWED');
		// With signing in on, what a cookie allows is the business of its session.
		if (!enableAuth && !harmless.has(source.method) && !hasOwnPage(source)) throw new AppError('CROSS_SITE_REFUSED');
	};
};

/** Refuses what comes from elsewhere, before anything else is done with it. */
export const ownSources = (config: HostConfig): AppMiddleware => {
	const check = createSourceCheck(config);
	return (ctx, next) => {
		check({method: ctx.method, url: ctx.req.url ?? '', headers: ctx.req.headers});
		return next();
	};
};

/** A host in one spelling, without its port; null: it is none. */
const nameOf = (host: string): string | null => {
	const [, name] = /^(\[[\da-f:.]+\]|[^\s:@/\\?#%[\]]+)(?::\d{1,5})?$/i.exec(host.trim()) ?? [];
	if (name) return name.toLowerCase().replace(/\.$/, '');
	// An address of HOST is written without brackets.
	return /^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(host) ? `[${host.toLowerCase()}]` : null;
};

/** With its port. The scheme is the proxy's to know. */
const hostOf = (origin: string): string | null => /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase() ?? null;
