import test from 'ava';
import {type Claims, createWorkspaceTokenSigner} from '../../../src/sign-in/workspace-tokens/workspace-token.ts';

const claims: Claims = {
	workspaceId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
	userId: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2f',
	operations: ['workspace.read'],
	start: 3,
	expiresAt: 1,
	tokenId: null,
};
const signer = createWorkspaceTokenSigner('k'.repeat(32));

test('a token says what it was made for', t => {
	const token = signer.sign(claims);
	t.regex(token, /^wsm_wst_[\w-]+\.[\w-]{43}$/);
	t.deepEqual(signer.open(token), claims);
});

test('no letter of a token can be another', t => {
	const token = signer.sign(claims);
	const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=';
	for (let at = 0; at < token.length; at++)
		for (const letter of letters)
			if (letter !== token[at]) t.is(signer.open(token.slice(0, at) + letter + token.slice(at + 1)), null);
});

test('what another key signed, or nobody, is no token', t => {
	const token = signer.sign(claims);
	const [text, signature] = token.split('.') as [string, string];
	const others = [
		createWorkspaceTokenSigner('l'.repeat(32)).sign(claims),
		`${text}.`,
		text,
		`${token}.${signature}`,
		`${token} `,
		'wsm_wst_',
		'wsm_wst_.',
		`wsm_wst_.${signature}`,
		token.slice('wsm_wst_'.length),
		'',
	];
	for (const other of others) t.is(signer.open(other), null, other);
});

test('without a key no token is made, and none is good', t => {
	const keyless = createWorkspaceTokenSigner(undefined);
	t.throws(() => keyless.sign(claims), {message: 'SECRETS_NOT_CONFIGURED'});
	t.is(keyless.open(signer.sign(claims)), null);
});
