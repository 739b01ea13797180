import test from 'ava';
import {createPendingSignIns} from '../../../src/sign-in/sessions/pending-sign-in.ts';

const pending = {state: 'a-state', nonce: 'a-nonce', verifier: 'a-verifier', returnTo: '/docs'};
const key = 'k'.repeat(32);

test('what a browser takes along opens here, for ten minutes', t => {
	const pendingSignIns = createPendingSignIns(key);
	t.deepEqual(pendingSignIns.open(pendingSignIns.seal(pending)), pending);
	const late = createPendingSignIns(key, {lifeMs: 0});
	t.is(late.open(late.seal(pending)), null);
});

test('nobody else can read it, make it or change it', t => {
	const cookie = createPendingSignIns(key).seal(pending);
	t.false(Buffer.from(cookie, 'base64url').includes('a-verifier'));
	t.is(createPendingSignIns('o'.repeat(32)).open(cookie), null);
	for (const other of [
		'',
		'x',
		cookie.slice(1),
		cookie.slice(0, -2),
		`A${cookie.slice(1, -1)}A`,
		JSON.stringify(pending),
	])
		t.is(createPendingSignIns(key).open(other), null, other);
});
