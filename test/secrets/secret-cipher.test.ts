import test from 'ava';
import fc from 'fast-check';
import {createSecretCipher} from '../../src/secrets/secret-cipher.ts';

const key = 'k'.repeat(32);
const place = 'workspace/w/NAME';

test('what is sealed opens in its place, whatever it is', t => {
	const cipher = createSecretCipher(key);
	fc.assert(
		fc.property(fc.string({unit: 'binary', maxLength: 2000}), fc.string(), (value, where) => {
			t.is(createSecretCipher(key).open(cipher.seal(value, where), where), value);
		}),
	);
});

test('the same value never looks the same', t => {
	const cipher = createSecretCipher(key);
	const seen = Array.from({length: 100}, () => Buffer.from(cipher.seal('same', place).ciphertext).toString('hex'));
	t.is(new Set(seen).size, 100);
});

test('it opens in no other place, with no other key, and not with a byte changed or missing', t => {
	const cipher = createSecretCipher(key);
	const sealed = cipher.seal('value', place);
	t.is(cipher.open(sealed, 'workspace/w/OTHER'), null);
	t.is(cipher.open(sealed, 'user/w/NAME'), null);
	const other = createSecretCipher('o'.repeat(32));
	t.is(other.open(sealed, place), null);
	t.is(other.open({...sealed, keyId: other.seal('x', place).keyId}, place), null);
	for (const index of sealed.ciphertext.keys()) {
		const altered = Buffer.from(sealed.ciphertext);
		altered[index]! ^= 1;
		t.is(cipher.open({...sealed, ciphertext: altered}, place), null);
		t.is(cipher.open({...sealed, ciphertext: sealed.ciphertext.subarray(0, index)}, place), null);
	}
});

test('what names the key says nothing of it', t => {
	const {keyId, ciphertext} = createSecretCipher(key).seal('value', place);
	t.regex(keyId, /^[\da-f]{16}$/);
	t.is(ciphertext.length, 12 + 5 + 16);
	t.false(Buffer.from(key).toString('hex').includes(keyId));
});

test('without a key nothing is sealed and nothing is opened', t => {
	const sealed = createSecretCipher(key).seal('value', place);
	const none = createSecretCipher(undefined);
	t.throws(() => none.seal('value', place), {message: 'SECRETS_NOT_CONFIGURED'});
	t.throws(() => none.open(sealed, place), {message: 'SECRETS_NOT_CONFIGURED'});
});
