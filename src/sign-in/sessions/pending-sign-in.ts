import {deriveKey} from '../../secrets/derive-key.ts';
import {createSealer} from '../../secrets/sealer.ts';

/** What a browser that was sent to sign in must come back with. */
export interface PendingSignIn {
	state: string;
	nonce: string;
	verifier: string;
	/** A path of this service. */
	returnTo: string;
}

export type PendingSignIns = ReturnType<typeof createPendingSignIns>;

export const PENDING_MINUTES = 10;
const place = 'sign-in cookie';

/** Sign-ins that are under way are kept by the browsers that began them: in a cookie that only this service can read or make. */
export const createPendingSignIns = (secretKey: string, {lifeMs = PENDING_MINUTES * 60_000} = {}) => {
	const sealer = createSealer(deriveKey(secretKey, 'sign-in cookies', 32));
	return {
		seal: (pending: PendingSignIn): string =>
			sealer.seal(JSON.stringify({...pending, until: Date.now() + lifeMs}), place).toString('base64url'),

		/** Null: not made here, or too long ago. */
		open(cookie: string): PendingSignIn | null {
			const text = sealer.open(Buffer.from(cookie, 'base64url'), place);
			if (text === null) return null;
			const {until, ...pending} = JSON.parse(text) as PendingSignIn & {until: number};
			return Date.now() < until ? pending : null;
		},
	};
};
