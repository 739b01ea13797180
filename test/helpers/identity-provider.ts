import {createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign as signWith} from 'node:crypto';
import {once} from 'node:events';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type IdentityProvider = Awaited<ReturnType<typeof startIdentityProvider>>;

/** How it meets whoever asks for its keys. */
export const behaviours = {
	answers: (response, keys) => response.end(JSON.stringify({keys})),
	hangs: () => {},
	isGone: response => response.destroy(),
	fails: response => response.writeHead(500).end('{}'),
	answersWithAPage: response => response.writeHead(200, {'content-type': 'text/html'}).end('<h1>Welcome</h1>'),
	answersWithoutKeys: response => response.end('{"keys": []}'),
	answersWithNonsense: response => response.end('{"keys": [{"kid": 1}, "x"]}'),
	sendsElsewhere: response => response.writeHead(302, {location: 'http://127.0.0.1:1/'}).end(),
} satisfies Record<string, (response: ServerResponse, keys: object[]) => unknown>;

type Claims = {sub?: string | undefined} & Record<string, unknown>;

interface SigningKey {
	kid: string;
	privateKey: KeyObject;
	jwk: object;
}

const newKey = (kid: string): SigningKey => {
	const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
	return {kid, privateKey, jwk: {...publicKey.export({format: 'jwk'}), kid, use: 'sig', alg: 'RS256'}};
};

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Puts a token together, signed or not: whatever an attacker could. */
export const forge = (header: object, claims: object, sign: (input: string) => Buffer): string => {
	const input = `${encode(header)}.${encode(claims)}`;
	return `${input}.${sign(input).toString('base64url')}`;
};

/** Stands in for a Keycloak that does what a real one cannot be made to do. */
export const startIdentityProvider = async () => {
	let keys = [newKey('first')];
	let behaviour: keyof typeof behaviours = 'answers';
	const asked: string[] = [];
	const server = createServer((request, response) => {
		asked.push(request.url ?? '');
		behaviours[behaviour](
			response,
			keys.map(({jwk}) => jwk),
		);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const issuer = `${url}/realms/test`;
	const newest = () => keys.at(-1)!;

	const claimsOf = (claims: Claims): object => {
		const now = Math.floor(Date.now() / 1000);
		return {
			iss: issuer,
			sub: 'somebody',
			aud: ['workspace-manager', 'account'],
			azp: 'some-client',
			typ: 'Bearer',
			iat: now,
			exp: now + 300,
			name: 'Some Body',
			email: `${claims.sub ?? 'somebody'}@example.com`,
			email_verified: true,
			...claims,
		};
	};

	return {
		url,
		issuer,
		/** The addresses that were asked for. */
		asked,
		env: {
			ENABLE_AUTH: 'true',
			HOST: '127.0.0.1',
			SECRET_KEY: 'k'.repeat(32),
			KEYCLOAK_SERVER_URL: url,
			KEYCLOAK_REALM: 'test',
			KEYCLOAK_CLIENT_ID: 'workspace-manager',
		},
		behave(next: keyof typeof behaviours): void {
			behaviour = next;
		},
		/** A new key; the ones before stay published, unless they shall go. */
		rotate({keepOld = true} = {}): void {
			keys = [...(keepOld ? keys : []), newKey(`key-${Math.random()}`)];
		},

		/** A good access token, but for what is given. */
		token(claims: Claims = {}, header: object = {}): string {
			const {kid, privateKey} = newest();
			return forge({alg: 'RS256', typ: 'JWT', kid, ...header}, claimsOf(claims), input =>
				signWith('sha256', Buffer.from(input), privateKey),
			);
		},
		/** One that nobody signed. */
		unsigned: (claims: Claims = {}): string =>
			forge({alg: 'none', kid: newest().kid}, claimsOf(claims), () => Buffer.alloc(0)),
		/** One that is "signed" with what everybody knows: the public key, as the password of an HMAC. */
		signedWithThePublicKey(claims: Claims = {}): string {
			const {kid, privateKey} = newest();
			const pem = createPublicKey(privateKey).export({format: 'pem', type: 'spki'});
			return forge({alg: 'HS256', kid}, claimsOf(claims), input => createHmac('sha256', pem).update(input).digest());
		},
		/** One that is signed with a key of somebody else, under this header. */
		foreign(header: object, claims: Claims = {}): string {
			const {privateKey} = newKey('foreign');
			return forge({alg: 'RS256', ...header}, claimsOf(claims), input =>
				signWith('sha256', Buffer.from(input), privateKey),
			);
		},

		async stop(): Promise<void> {
			server.closeAllConnections();
			if (server.listening) server.close();
		},
	};
};
