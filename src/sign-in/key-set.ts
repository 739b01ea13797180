import {z} from 'zod';
import {AppError} from '../errors.ts';
import type {Logger} from '../logger.ts';

interface KeySetOptions {
	url: string;
	log: Logger;
	/** How long the keys are taken as they are: so long may a key go on working that was removed. */
	keepMs?: number;
	/** The least time between two attempts to ask for them. */
	cooldownMs?: number;
	/** How long an answer may take. */
	limitMs?: number;
}

const Keys = z.object({keys: z.array(z.looseObject({kty: z.string(), kid: z.string(), alg: z.string()})).min(1)});
type SigningKey = z.infer<typeof Keys>['keys'][number];

export type KeySet = ReturnType<typeof createKeySet>;

/** The public keys of an identity provider (RFC 7517). Those that were seen once go on working while it is away. */
export const createKeySet = (options: KeySetOptions) => {
	const {url, log, keepMs = 300_000, cooldownMs = 10_000, limitMs = 2000} = options;
	let keys: SigningKey[] = [];
	let isAway = false;
	let renewedAt = Number.NEGATIVE_INFINITY;
	let triedAt = Number.NEGATIVE_INFINITY;
	let underWay: Promise<void> | null = null;

	/** At most once in a cooldown, and once for all who ask meanwhile. Never rejects. */
	const renew = async (): Promise<void> => {
		if (!underWay && performance.now() - triedAt >= cooldownMs) {
			triedAt = performance.now();
			underWay = tryToRenew().finally(() => (underWay = null));
		}
		await underWay;
	};

	const tryToRenew = async (): Promise<void> => {
		try {
			keys = await fetchKeys(url, AbortSignal.timeout(limitMs));
			renewedAt = triedAt;
			isAway = false;
		} catch (err) {
			if (!isAway) log.warn({err}, 'the identity provider does not tell its keys; those that are known go on working');
			isAway = true;
		}
	};

	return {
		/** The keys that are known; none: nobody could be asked yet. Waits for the provider only where it is not known to be away. */
		async known(): Promise<SigningKey[]> {
			if (performance.now() - renewedAt < keepMs) return keys;
			const renewal = renew();
			if (!isAway || keys.length === 0) await renewal;
			return keys;
		},

		/**
		 * For a key that is not among them: asks again, unless that was done a moment ago. Rejects with IDENTITY_PROVIDER_UNAVAILABLE{retryAfterSeconds}
		 * when the last attempt failed, for then nobody knows whether the key is good.
		 */
		async renewed(): Promise<SigningKey[]> {
			await renew();
			if (!isAway) return keys;
			const retryAfterSeconds = Math.max(1, Math.ceil((triedAt + cooldownMs - performance.now()) / 1000));
			throw new AppError('IDENTITY_PROVIDER_UNAVAILABLE', {retryAfterSeconds});
		},

		/** Rejects unless the provider tells its keys now. */
		async ping(signal: AbortSignal): Promise<void> {
			await fetchKeys(url, signal);
		},
	};
};

/** Whoever answers with a redirect is not who was asked. */
const fetchKeys = async (url: string, signal: AbortSignal): Promise<SigningKey[]> => {
	const response = await fetch(url, {signal, redirect: 'error', headers: {accept: 'application/json'}});
	if (!response.ok) throw new Error(`asked for its keys, it answers ${response.status}`);
	return Keys.parse(await response.json()).keys;
};
