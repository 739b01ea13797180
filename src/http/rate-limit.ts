import type {Actor} from '../access/actor.ts';
import {AppError} from '../errors.ts';
import type {AppMiddleware} from './context.ts';
import {networkOf} from './rate-limit-address.ts';
import {type LimitName, type RateLimits, type Standing, windowSeconds} from './rate-limits.ts';

type Counted = readonly [LimitName, string];

/** Whoever looks after the service must see it also when others ask too much. */
export const isUnlimited = (path: string): boolean => /^\/(health|metrics)(\/|$)/.test(path);

/**
 * Says how requests are counted: those of somebody by who it is, wherever they come from; those of nobody, and credentials that are not good,
 * by their address. A good credential is let through whatever others at its address try. With signing in off nothing is counted: there is
 * one administrator, on this machine.
 */
export const limitRequests =
	({enableAuth}: {enableAuth: boolean}, limits: RateLimits): AppMiddleware =>
	async (ctx, next) => {
		if (!enableAuth || isUnlimited(ctx.path)) {
			ctx.state.admit = async () => {};
			return next();
		}
		const admit = async (counted: readonly Counted[]): Promise<void> => {
			const standings = await Promise.all(counted.map(([limit, key]) => limits.count(limit, key)));
			ctx.set('RateLimit-Policy', standings.map(policy).join(', '));
			ctx.set('RateLimit', standings.map(state).join(', '));
			const [worst] = standings.filter(({isExceeded}) => isExceeded).toSorted(latestReset);
			if (worst) throw tooMany(worst);
		};
		const address = `address:${networkOf(ctx.ip, ctx.req.socket.remoteAddress)}`;
		ctx.state.admit = actor =>
			admit(actor ? ofActor(actor, ctx.method) : [[isSignIn.test(ctx.path) ? 'sign-in' : 'general', address]]);
		try {
			await next();
		} catch (error) {
			if (isBadCredential(error)) await admit([['sign-in', address]]);
			throw error;
		}
	};

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What runs in a workspace does not use up what its person may ask for. */
const ofActor = ({id, grant}: Actor, method: string): Counted[] => {
	const key = `actor:${grant?.workspaceId ? `${id}/${grant.workspaceId}` : id}`;
	return reading.has(method)
		? [['general', key]]
		: [
				['general', key],
				['commands', key],
			];
};

/** To ask whether one is signed in is no attempt to do so. */
const isSignIn = /^(\/api\/v1)?\/auth\/(?!session\b)/i;

const isBadCredential = (error: unknown): boolean =>
	error instanceof AppError && error.status === 401 && error.code !== 'AUTHENTICATION_REQUIRED';

// draft-ietf-httpapi-ratelimit-headers: q requests in w seconds; r are left, for t seconds.
const policy = ({limit, perMinute}: Standing): string => `"${limit}";q=${perMinute};w=${windowSeconds}`;
const state = ({limit, remaining, resetSeconds}: Standing): string => `"${limit}";r=${remaining};t=${resetSeconds}`;

const latestReset = (a: Standing, b: Standing): number => b.resetSeconds - a.resetSeconds;

const tooMany = ({limit, perMinute, resetSeconds}: Standing): AppError =>
	new AppError('TOO_MANY_REQUESTS', {limit, perMinute, retryAfterSeconds: Math.max(1, resetSeconds)});
