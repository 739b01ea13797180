import test from 'ava';
import {hashOf, isAccessToken, makeAccessToken} from '../../../src/sign-in/access-tokens/access-token.ts';

test('a token says what it is, and no two are the same', t => {
	const tokens = Array.from({length: 1000}, makeAccessToken);
	t.is(new Set(tokens).size, 1000);
	for (const token of tokens) {
		t.regex(token, /^wsm_pat_[\dA-Za-z]{36}$/);
		t.true(isAccessToken(token));
	}
	const letters = new Set(tokens.map(token => token.slice(8, 38)).join(''));
	t.is(letters.size, 62);
});

test('whatever is changed in a token is noticed without asking anybody', t => {
	const token = makeAccessToken();
	for (let at = 0; at < token.length; at++) {
		for (const letter of '0aZ-')
			if (letter !== token[at]) t.false(isAccessToken(token.slice(0, at) + letter + token.slice(at + 1)), String(at));
	}
	for (const other of ['', 'wsm_pat_', token.slice(0, -1), `${token}0`, ` ${token}`, `${token}\n`, token.toUpperCase()])
		t.false(isAccessToken(other), JSON.stringify(other));
});

test('the hash is SHA-256 of the whole token', t => {
	t.is(hashOf('wsm_pat_'), '1df5d4cd7494bf07e59a09ca193459ef62f6a413410889f8fce44b1c6588be98');
});
