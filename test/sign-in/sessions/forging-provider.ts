import {createHash, generateKeyPairSync, type KeyObject, sign} from 'node:crypto';
import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

const newKey = () => generateKeyPairSync('rsa', {modulusLength: 2048});
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

const jwt = (payload: object, privateKey: KeyObject | null, header: object = {}): string => {
	const text = `${encode({alg: 'RS256', kid: 'published', ...header})}.${encode(payload)}`;
	return `${text}.${privateKey ? sign('sha256', Buffer.from(text), privateKey).toString('base64url') : ''}`;
};

interface Forgery {
	/** In the place of what is right. */
	claims?: Record<string, unknown>;
	accessClaims?: Record<string, unknown>;
	header?: object;
	key?: 'published' | 'other' | 'none';
	/** Not the access token that the ID token was made with. */
	otherAccessToken?: boolean;
	/** Instead of tokens. */
	answer?: {status: number; body: unknown};
}

/** An identity provider that says what no real one would. The nonce is the code, so that a right answer can be made. */
export const startForgingProvider = async (port = 0) => {
	const [published, other] = [newKey(), newKey()];
	const keys = {published: published.privateKey, other: other.privateKey, none: null};
	let forgery: Forgery = {};
	const requests: URLSearchParams[] = [];

	const tokens = (nonce: string) => {
		const {claims, accessClaims, header, key = 'published', otherAccessToken = false} = forgery;
		const times = {exp: now() + 60, iat: now()};
		const about = {typ: 'Bearer', sub: 'alice', azp: 'client', realm_access: {roles: ['admin']}, ...times};
		const access = jwt({...about, ...accessClaims}, published.privateKey);
		const hash = createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url');
		const right = {iss: issuer, sub: 'alice', aud: 'client', nonce, at_hash: hash, ...times};
		return {
			token_type: 'Bearer',
			access_token: otherAccessToken ? jwt({...about, jti: 'another'}, published.privateKey) : access,
			id_token: jwt({...right, ...claims}, keys[key], header),
		};
	};

	const handle = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
		const answer = (status: number, body: unknown) =>
			response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
		const {pathname} = new URL(request.url!, issuer);
		if (pathname.endsWith('/openid-configuration')) return answer(200, metadata);
		if (pathname.endsWith('/keys'))
			return answer(200, {
				keys: [{...published.publicKey.export({format: 'jwk'}), kid: 'published', use: 'sig', alg: 'RS256'}],
			});
		const body = new URLSearchParams((await request.toArray()).join(''));
		requests.push(body);
		return forgery.answer ? answer(forgery.answer.status, forgery.answer.body) : answer(200, tokens(body.get('code')!));
	};
	const server = createServer((request, response) => void handle(request, response));
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/forged`;
	const metadata = {
		issuer,
		authorization_endpoint: `${issuer}/authorize`,
		token_endpoint: `${issuer}/token`,
		jwks_uri: `${issuer}/keys`,
		code_challenge_methods_supported: ['S256'],
	};
	return {
		issuer,
		requests,
		/** What the next answers are like. */
		forge(how: Forgery): void {
			forgery = how;
		},
		close(): void {
			server.close();
			server.closeAllConnections();
		},
	};
};
