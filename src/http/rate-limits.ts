import type {Redis} from 'ioredis';
import {RateLimiterMemory, RateLimiterRedis} from 'rate-limiter-flexible';

/** `general`: every request. `commands`: those of them that change something. `sign-in`: attempts to prove who one is. */
export type LimitName = 'general' | 'commands' | 'sign-in';

/** Where somebody stands with a limit. */
export interface Standing {
	limit: LimitName;
	perMinute: number;
	remaining: number;
	/** Until all of it is there again. */
	resetSeconds: number;
	isExceeded: boolean;
}

export interface RateLimits {
	/** Counts one request of whoever the key names. Never rejects. */
	count(limit: LimitName, key: string): Promise<Standing>;
}

export interface RateLimitsDependencies {
	redis: Redis;
	/** One Redis may serve several. */
	installationId: string;
	rateLimitPerMinute: number;
	rateLimitCommandsPerMinute: number;
	rateLimitSignInsPerMinute: number;
}

export const windowSeconds = 60;

/**
 * How many requests somebody may make in a minute, counted in Redis for all processes together. While Redis is away each process counts for
 * itself: then the limits are as many times as high as there are processes, and nobody is let in or kept out by it.
 */
export const createRateLimits = ({redis, installationId, ...config}: RateLimitsDependencies): RateLimits => {
	const limiter = (name: LimitName, points: number): RateLimiterRedis => {
		const options = {points, duration: windowSeconds, keyPrefix: `requests:${installationId}:${name}`};
		return new RateLimiterRedis({
			...options,
			storeClient: redis,
			rejectIfRedisNotReady: true,
			insuranceLimiter: new RateLimiterMemory(options),
		});
	};
	const limiters: Record<LimitName, RateLimiterRedis> = {
		general: limiter('general', config.rateLimitPerMinute),
		commands: limiter('commands', config.rateLimitCommandsPerMinute),
		'sign-in': limiter('sign-in', config.rateLimitSignInsPerMinute),
	};
	return {
		async count(limit, key) {
			const {points} = limiters[limit];
			const {consumedPoints, msBeforeNext} = await limiters[limit].penalty(key);
			return {
				limit,
				perMinute: points,
				remaining: Math.max(0, points - consumedPoints),
				resetSeconds: Math.ceil(msBeforeNext / 1000),
				isExceeded: consumedPoints > points,
			};
		},
	};
};
