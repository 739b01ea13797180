import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {request} from 'node:http';
import {type Composition, eventually} from './composition.ts';

/** Keycloak refuses to start without its secrets, imports the realm with them, and a token of a person in it is good for the API. */
export const signIn = async (composition: Composition): Promise<void> => {
	const {compose, configure, api, settings} = composition;
	const withProfile = (...args: string[]) => compose(['--profile', 'keycloak', ...args], 600_000);
	const refused = await withProfile('run', '--rm', '--no-deps', 'keycloak').catch((error: Error) => error.message);
	assert.match(refused, /Set KEYCLOAK_ADMIN_PASSWORD and KEYCLOAK_CLIENT_SECRET in \.env first/);

	const port = settings['KEYCLOAK_PORT']!;
	configure({
		ENABLE_AUTH: 'true',
		KEYCLOAK_SERVER_URL: `http://keycloak.localhost:${port}`,
		KEYCLOAK_CLIENT_ID: 'workspace-manager',
		KEYCLOAK_CLIENT_SECRET: randomBytes(32).toString('hex'),
		KEYCLOAK_ADMIN_PASSWORD: randomBytes(32).toString('hex'),
	});
	await withProfile('up', '-d');
	const ask = (path: string, form?: Record<string, string>) => askKeycloak(Number(port), path, form);
	await eventually('the realm is there', 600, async () => (await ask('/realms/aileron')).status === 200);

	const password = randomBytes(16).toString('hex');
	const kc = (...args: string[]) => withProfile('exec', '-T', 'keycloak', '/opt/keycloak/bin/kcadm.sh', ...args);
	await kc(
		'config',
		'credentials',
		'--server',
		`http://localhost:${port}`,
		'--realm',
		'master',
		'--user',
		'admin',
		'--password',
		settings['KEYCLOAK_ADMIN_PASSWORD']!,
	);
	const person = {
		username: 'ada',
		firstName: 'Ada',
		lastName: 'Admin',
		email: 'ada@example.com',
		emailVerified: 'true',
		enabled: 'true',
	};
	await kc(
		'create',
		'users',
		'-r',
		'aileron',
		...Object.entries(person).flatMap(([name, value]) => ['-s', `${name}=${value}`]),
	);
	await kc('set-password', '-r', 'aileron', '--username', 'ada', '--new-password', password);

	const {status, text} = await ask('/realms/aileron/protocol/openid-connect/token', {
		grant_type: 'password',
		client_id: 'workspace-manager-cli',
		username: 'ada',
		password,
	});
	assert.equal(status, 200, text);
	const {access_token: token} = JSON.parse(text) as {access_token: string};
	await api('GET', '/api/v1/users/me', {expect: 401});
	const me = await api('GET', '/api/v1/users/me', {token});
	assert.equal(me.email, 'ada@example.com');
};

/** By its address on loopback, under the name that it has in tokens: not every machine resolves *.localhost. */
const askKeycloak = (port: number, path: string, form?: Record<string, string>) =>
	new Promise<{status: number; text: string}>((resolve, reject) => {
		const body = form && new URLSearchParams(form).toString();
		const sent = request(
			{
				host: '127.0.0.1',
				port,
				path,
				method: body ? 'POST' : 'GET',
				headers: {
					Host: `keycloak.localhost:${port}`,
					...(body && {'Content-Type': 'application/x-www-form-urlencoded'}),
				},
				timeout: 30_000,
			},
			response => {
				const parts: Buffer[] = [];
				response.on('data', (part: Buffer) => parts.push(part));
				response.on('end', () => resolve({status: response.statusCode ?? 0, text: Buffer.concat(parts).toString()}));
				response.on('error', reject);
			},
		);
		sent.on('timeout', () => sent.destroy(new Error('Keycloak did not answer within 30 s.')));
		sent.on('error', reject);
		sent.end(body);
	});
