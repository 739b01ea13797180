import {hkdfSync} from 'node:crypto';

/** A key of its own for each purpose, from SECRET_KEY, by HKDF: no key says anything of another. */
export const deriveKey = (secretKey: string, purpose: string, bytes: number): Buffer =>
	Buffer.from(hkdfSync('sha256', secretKey, '', `workspace-manager ${purpose}`, bytes));
