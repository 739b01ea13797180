import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto';
import {AppError} from '../errors.ts';
import {deriveKey} from './derive-key.ts';

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

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM under a key of its own, derived from SECRET_KEY. A ciphertext is nonce, text, tag. */
export const createSecretCipher = (secretKey: string | undefined): SecretCipher => {
	if (secretKey === undefined) return {seal: refuse, open: refuse};
	const key = deriveKey(secretKey, 'secrets', 32);
	const keyId = deriveKey(secretKey, 'secrets key id', 8).toString('hex');
	return {
		seal(value, place) {
			const iv = randomBytes(ivBytes);
			const cipher = createCipheriv(algorithm, key, iv, {authTagLength: tagBytes}).setAAD(Buffer.from(place));
			const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
			return {keyId, ciphertext: Buffer.concat([iv, text, cipher.getAuthTag()])};
		},
		open(sealed, place) {
			if (sealed.keyId !== keyId || sealed.ciphertext.length < ivBytes + tagBytes) return null;
			const {ciphertext} = sealed;
			const iv = ciphertext.subarray(0, ivBytes);
			const decipher = createDecipheriv(algorithm, key, iv, {authTagLength: tagBytes})
				.setAAD(Buffer.from(place))
				.setAuthTag(ciphertext.subarray(-tagBytes));
			const text = decipher.update(ciphertext.subarray(ivBytes, -tagBytes));
			try {
				return Buffer.concat([text, decipher.final()]).toString('utf8');
			} catch {
				// All that OpenSSL says is that it is not authentic.
				return null;
			}
		},
	};
};

const refuse = (): never => {
	throw new AppError('SECRETS_NOT_CONFIGURED');
};
