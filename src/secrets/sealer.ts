import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM under one key of 32 bytes. What is sealed is nonce, text, tag. `place` says where it is kept: it does not open elsewhere. */
export const createSealer = (key: Uint8Array) => ({
	seal(text: string, place: string): Buffer {
		const iv = randomBytes(ivBytes);
		const cipher = createCipheriv(algorithm, key, iv, {authTagLength: tagBytes}).setAAD(Buffer.from(place));
		return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
	},

	/** Null: sealed with another key, for another place, or altered since. */
	open(sealed: Uint8Array, place: string): string | null {
		if (sealed.length < ivBytes + tagBytes) return null;
		const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), {authTagLength: tagBytes})
			.setAAD(Buffer.from(place))
			.setAuthTag(sealed.subarray(-tagBytes));
		const text = decipher.update(sealed.subarray(ivBytes, -tagBytes));
		try {
			return Buffer.concat([text, decipher.final()]).toString('utf8');
		} catch {
			// All that OpenSSL says is that it is not authentic.
			return null;
		}
	},
});
