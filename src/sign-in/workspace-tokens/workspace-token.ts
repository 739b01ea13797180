import {createHmac, timingSafeEqual} from 'node:crypto';
import type {Operation} from '../../access/permissions.ts';
import {AppError} from '../../errors.ts';
import {deriveKey} from '../../secrets/derive-key.ts';

export const workspaceTokenPrefix = 'wsm_wst_';

/** What a token says; it says so itself, so there is no row for it. */
export interface Claims {
	workspaceId: string;
	/** Whom it acts for. */
	userId: string;
	operations: Operation[];
	/** The number of the operation by which the workspace runs as it does. */
	start: number;
	/** In milliseconds. */
	expiresAt: number;
	/** The personal access token that it was made with. */
	tokenId: string | null;
}

/** Makes tokens that only this installation can make, under a key of their own. */
export const createWorkspaceTokenSigner = (secretKey: string | undefined) => {
	const key = secretKey === undefined ? null : deriveKey(secretKey, 'workspace tokens', 32);
	const signatureOf = (text: string): string => createHmac('sha256', key!).update(text).digest('base64url');
	return {
		/** Throws SECRETS_NOT_CONFIGURED when there is no key. */
		sign(claims: Claims): string {
			if (!key) throw new AppError('SECRETS_NOT_CONFIGURED');
			const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
			return `${workspaceTokenPrefix}${text}.${signatureOf(text)}`;
		},

		/** What a token says; null when it was not made here. Whether it is still true is another question. */
		open(token: string): Claims | null {
			if (!key || !token.startsWith(workspaceTokenPrefix)) return null;
			const [text = '', signature = '', ...rest] = token.slice(workspaceTokenPrefix.length).split('.');
			// The letters are compared, not the bytes: several spellings have the same bytes.
			if (rest.length > 0 || !isSame(signature, signatureOf(text))) return null;
			return JSON.parse(Buffer.from(text, 'base64url').toString()) as Claims;
		},
	};
};

const isSame = (given: string, right: string): boolean => {
	const [a, b] = [Buffer.from(given), Buffer.from(right)];
	return a.length === b.length && timingSafeEqual(a, b);
};
