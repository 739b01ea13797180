import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {root} from '../../../stack/paths.ts';
import {administrator} from './server.ts';

/** Who there is in every realm of the rig. The password is the name. */
export const people = {
	admin: {firstName: 'Ada', lastName: 'Admin', emailVerified: true, realmRoles: ['admin']},
	alice: {firstName: 'Alice', lastName: 'Adams', emailVerified: true, realmRoles: []},
	bob: {firstName: 'Bob', lastName: 'Brown', emailVerified: true, realmRoles: []},
	carol: {firstName: 'Carol', lastName: 'Clark', emailVerified: false, realmRoles: []},
};

/** The clients that come with the product, and those that only tests need. */
export type Client =
	| 'workspace-manager'
	| 'workspace-manager-cli'
	/** Its access tokens live for one second. */
	| 'test-short-lived'
	/** Its access tokens are for no API of ours. */
	| 'test-other-audience';

export interface Tokens {
	access: string;
	id: string;
	refresh: string;
}

export type Realm = Awaited<ReturnType<typeof createRealm>>;

/** What the confidential client signs in with. */
const clientSecret = 'a-secret-of-the-rig';

/** Makes a realm like the one that comes with the product, with people and clients for tests, at the Keycloak of this address. */
export const createRealm = async (serverUrl: string) => {
	const name = `test-${randomBytes(4).toString('hex')}`;
	const issuer = `${serverUrl}/realms/${name}`;

	/** Asks the API for administrators; `path` is below the realm. Answers the body, if there is one. */
	const administer = async <T>(method: string, path: string, body?: object): Promise<T> =>
		ask<T>(`${serverUrl}/admin/realms/${name}${path}`, {
			method,
			headers: {authorization: `Bearer ${await administratorToken(serverUrl)}`, 'content-type': 'application/json'},
			...(body ? {body: JSON.stringify(body)} : {}),
		});

	const userId = async (username: string): Promise<string> => {
		const [user] = await administer<{id: string}[]>('GET', `/users?exact=true&username=${username}`);
		if (!user) throw new Error(`There is no ${username}.`);
		return user.id;
	};

	/** Signs somebody in with their password. */
	const tokens = async (username: string, client: Client = 'workspace-manager-cli'): Promise<Tokens> => {
		const answer = await ask<{access_token: string; id_token: string; refresh_token: string}>(
			`${issuer}/protocol/openid-connect/token`,
			form({
				grant_type: 'password',
				client_id: client,
				...(client === 'workspace-manager' ? {client_secret: clientSecret} : {}),
				scope: 'openid',
				username,
				password: username,
			}),
		);
		return {access: answer.access_token, id: answer.id_token, refresh: answer.refresh_token};
	};

	await ask(`${serverUrl}/admin/realms`, {
		method: 'POST',
		headers: {authorization: `Bearer ${await administratorToken(serverUrl)}`, 'content-type': 'application/json'},
		body: JSON.stringify(representation(name)),
	});

	return {
		name,
		serverUrl,
		issuer,
		clientId: 'workspace-manager',
		clientSecret,
		/** What an API needs to know of it. */
		env: {
			ENABLE_AUTH: 'true',
			HOST: '127.0.0.1',
			KEYCLOAK_SERVER_URL: serverUrl,
			KEYCLOAK_REALM: name,
			KEYCLOAK_CLIENT_ID: 'workspace-manager',
			KEYCLOAK_CLIENT_SECRET: clientSecret,
			SECRET_KEY: 'k'.repeat(32),
		},
		administer,
		tokens,
		token: async (username: string, client?: Client): Promise<string> => (await tokens(username, client)).access,

		/** Somebody new, whose password is the name, too. */
		async addUser(username: string, properties: object = {}): Promise<void> {
			await administer('POST', '/users', userRepresentation(username, properties));
		},

		async changeUser(username: string, properties: object): Promise<void> {
			await administer('PUT', `/users/${await userId(username)}`, properties);
		},

		/** Signs with a new key from now on; what was signed with the ones before is still good. */
		async rotateKeys(): Promise<void> {
			const priority = String(Date.now());
			await administer('POST', '/components', {
				name: `rsa-${priority}`,
				providerId: 'rsa-generated',
				providerType: 'org.keycloak.keys.KeyProvider',
				config: {priority: [priority], enabled: ['true'], active: ['true'], keySize: ['2048'], algorithm: ['RS256']},
			});
		},

		/** Takes away every key that signs, but for the newest. */
		async removeOldKeys(): Promise<void> {
			const {active, keys} = await administer<Keys>('GET', '/keys');
			const old = keys.filter(({algorithm, kid}) => algorithm === 'RS256' && kid !== active['RS256']);
			for (const {providerId} of old) await administer('DELETE', `/components/${providerId}`);
		},

		async remove(): Promise<void> {
			await administer('DELETE', '');
		},
	};
};

interface Keys {
	active: Record<string, string>;
	keys: {algorithm?: string; kid: string; providerId: string}[];
}

interface RealmRepresentation {
	clients: {clientId: string; protocolMappers: object[]}[];
}

const representation = (realm: string): object => {
	const file = readFileSync(`${root}deploy/keycloak/aileron-realm.json`, 'utf8');
	const product = JSON.parse(file) as RealmRepresentation;
	const api = product.clients.find(({clientId}) => clientId === 'workspace-manager');
	const client = {publicClient: true, standardFlowEnabled: false, directAccessGrantsEnabled: true};
	return {
		...product,
		realm,
		// It refuses somebody who signs in twice at the same moment.
		bruteForceProtected: false,
		clients: [
			...product.clients.map(each =>
				each === api ? {...api, secret: clientSecret, directAccessGrantsEnabled: true} : each,
			),
			{
				...client,
				clientId: 'test-short-lived',
				attributes: {'access.token.lifespan': '1'},
				protocolMappers: api?.protocolMappers,
			},
			{...client, clientId: 'test-other-audience'},
		],
		users: Object.entries(people).map(([username, properties]) => userRepresentation(username, properties)),
	};
};

const userRepresentation = (username: string, properties: object): object => ({
	username,
	enabled: true,
	email: `${username}@example.com`,
	emailVerified: true,
	firstName: username,
	lastName: 'Tester',
	credentials: [{type: 'password', value: username, temporary: false}],
	...properties,
});

/** Lives for a minute: each call takes a new one. */
const administratorToken = async (serverUrl: string): Promise<string> => {
	const url = `${serverUrl}/realms/master/protocol/openid-connect/token`;
	const answer = await ask<{access_token: string}>(
		url,
		form({grant_type: 'password', client_id: 'admin-cli', ...administrator}),
	);
	return answer.access_token;
};

const form = (fields: Record<string, string>): RequestInit => ({method: 'POST', body: new URLSearchParams(fields)});

const ask = async <T>(url: string, init: RequestInit): Promise<T> => {
	const response = await fetch(url, {...init, signal: AbortSignal.timeout(300_000)});
	const text = await response.text();
	if (!response.ok) throw new Error(`${init.method} ${url} was answered with ${response.status}: ${text}`);
	return (text === '' ? undefined : JSON.parse(text)) as T;
};
