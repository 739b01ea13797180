import {createHash, randomInt} from 'node:crypto';
import {crc32} from 'node:zlib';

export const accessTokenPrefix = 'wsm_pat_';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 178 bits. */
const secretLength = 30;
const checksumLength = 6;
const pattern = new RegExp(`^${accessTokenPrefix}([\\dA-Za-z]{${secretLength}})([\\dA-Za-z]{${checksumLength}})$`);

/** A new token. What is secret in it is followed by its checksum, so that scanners of code recognise one without asking anybody. */
export const makeAccessToken = (): string => {
	const secret = Array.from({length: secretLength}, () => digits[randomInt(digits.length)]).join('');
	return `${accessTokenPrefix}${secret}${checksumOf(secret)}`;
};

/** Could this be a token? What was mistyped or made up almost never is. */
export const isAccessToken = (text: string): boolean => {
	const [, secret, checksum] = pattern.exec(text) ?? [];
	return secret !== undefined && checksumOf(secret) === checksum;
};

/** What is kept of a token: a secret of that length needs no salt and no slow hash. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const checksumOf = (secret: string): string => {
	let rest = crc32(secret);
	let text = '';
	while (text.length < checksumLength) {
		text = `${digits[rest % digits.length]}${text}`;
		rest = Math.floor(rest / digits.length);
	}
	return text;
};
