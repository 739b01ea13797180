import {createHash, randomBytes} from 'node:crypto';

const BYTES = 32;

/** What an invitation is accepted with; only its hash is kept. */
export const makeToken = (): {token: string; tokenHash: string} => {
	const token = `wsm_inv_${randomBytes(BYTES).toString('base64url')}`;
	return {token, tokenHash: hashToken(token)};
};

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');
