import {AppError} from '../errors.ts';
import {deriveKey} from './derive-key.ts';
import {createSealer} from './sealer.ts';

/** An encrypted value, and which key it takes to open it. */
export interface Sealed {
	keyId: string;
	ciphertext: Uint8Array;
}

/** `place` says where a value is kept: a ciphertext that was moved elsewhere does not open there. */
export interface SecretCipher {
	/** Throws SECRETS_NOT_CONFIGURED when there is no key. */
	seal(value: string, place: string): Sealed;
	/** Null: sealed with another key, for another place, or altered since. Throws SECRETS_NOT_CONFIGURED when there is no key. */
	open(sealed: Sealed, place: string): string | null;
}

/** Under a key of its own, derived from SECRET_KEY. */
export const createSecretCipher = (secretKey: string | undefined): SecretCipher => {
	if (secretKey === undefined) return {seal: refuse, open: refuse};
	const sealer = createSealer(deriveKey(secretKey, 'secrets', 32));
	const keyId = deriveKey(secretKey, 'secrets key id', 8).toString('hex');
	return {
		seal: (value, place) => ({keyId, ciphertext: sealer.seal(value, place)}),
		open: (sealed, place) => (sealed.keyId === keyId ? sealer.open(sealed.ciphertext, place) : null),
	};
};

const refuse = (): never => {
	throw new AppError('SECRETS_NOT_CONFIGURED');
};
