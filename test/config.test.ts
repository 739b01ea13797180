import {spawnSync} from 'node:child_process';
import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {ConfigError, loadConfig} from '../src/config.ts';

const least = {DATABASE_URL: 'postgresql://u:p@db/w', REDIS_URL: 'redis://cache:6379'};

test('two settings are enough; the rest has defaults', t => {
	const config = loadConfig(least);
	t.like(config, {
		databaseUrl: least.DATABASE_URL,
		dockerHost: 'unix:///var/run/docker.sock',
		debug: false,
		enableAuth: false,
		keycloakRealm: 'aileron',
		jwtAlgorithm: 'RS256',
		jwtAccessTokenExpireMinutes: 30,
		port: 3001,
		host: '127.0.0.1',
		publicUrl: 'http://127.0.0.1:3001',
		logLevel: 'info',
		temporalAddress: '127.0.0.1:7233',
		temporalNamespace: 'default',
		networkPool: '10.201.0.0/16',
		containerTarget: 'docker-local',
		secretKey: undefined,
		trustedProxies: 0,
		rateLimitPerMinute: 600,
		rateLimitCommandsPerMinute: 120,
		rateLimitSignInsPerMinute: 60,
	});
	t.deepEqual(config.allowedOrigins, []);
	t.true(path.isAbsolute(config.dataDir));
	t.true(Object.isFrozen(config) && Object.isFrozen(config.allowedOrigins));
});

test('settings are read as they are meant', t => {
	const config = loadConfig({
		...least,
		DEBUG: 'true',
		PORT: '8080',
		HOST: '0.0.0.0',
		PUBLIC_URL: 'https://Workspaces.example.com:443/',
		ALLOWED_ORIGINS: 'https://a.example.com/, http://localhost:5173',
		REDIS_URL: ' redis://cache ',
		TEMPORAL_UI_URL: '',
	});
	t.like(config, {debug: true, logLevel: 'debug', port: 8080, host: '0.0.0.0', temporalUiUrl: undefined});
	t.is(config.publicUrl, 'https://workspaces.example.com');
	t.deepEqual(config.allowedOrigins, ['https://a.example.com', 'http://localhost:5173']);
});

for (const [variables, sentence] of [
	[{DATABASE_URL: ''}, 'DATABASE_URL is required but not set.'],
	[{DATABASE_URL: 'mysql://x'}, 'DATABASE_URL must start with postgres:// or postgresql://.'],
	[{REDIS_URL: 'http://x'}, 'REDIS_URL must start with redis:// or rediss://.'],
	[{DATABASE_URL: 'postgresql://u:a/b@db/w'}, /^DATABASE_URL must be an address; in a password write @ .* as %40/],
	[{OPERATOR_PORT: '-1'}, 'OPERATOR_PORT must be a whole number.'],
	[{PORT: 'http'}, 'PORT must be a whole number.'],
	[{PORT: '70000'}, 'PORT must be from 0 to 65535.'],
	[{TRUSTED_PROXIES: 'true'}, 'TRUSTED_PROXIES must be a whole number.'],
	[{RATE_LIMIT_PER_MINUTE: '0'}, 'RATE_LIMIT_PER_MINUTE must be from 1 to 1000000.'],
	[{DEBUG: 'maybe'}, 'DEBUG must be true or false.'],
	[{SECRET_KEY: 'short'}, 'SECRET_KEY must have at least 32 bytes.'],
	[{NODE_ENV: 'production'}, 'SECRET_KEY is required when NODE_ENV=production.'],
	[{SMTP_URL: 'http://x'}, /^SMTP_URL must start with smtp:\/\/ or smtps:\/\//],
	[{SMTP_URL: 'smtp://mail'}, /^MAIL_FROM is required when SMTP_URL is set\.\nPUBLIC_URL is required/],
	[{MAIL_FROM: 'nobody'}, 'MAIL_FROM must hold an e-mail address.'],
	[{JWT_ALGORITHM: 'none'}, /^JWT_ALGORITHM must be one of RS256/],
	[{JWT_ALGORITHM: 'HS256'}, /^JWT_ALGORITHM must be one of RS256/],
	[{ALLOWED_ORIGINS: '*'}, /^ALLOWED_ORIGINS must list origins/],
	[{QUOTAS_PER_USER: 'disk=5'}, /^QUOTAS_PER_USER must list quotas such as workspaces=20/],
	[{NETWORK_POOL: '10.0.0.0'}, /^NETWORK_POOL must be an IPv4 network/],
	[
		{ENABLE_AUTH: 'true'},
		[
			'KEYCLOAK_SERVER_URL is required when ENABLE_AUTH=true.',
			'KEYCLOAK_CLIENT_ID is required when ENABLE_AUTH=true.',
			'SECRET_KEY is required when ENABLE_AUTH=true.',
		].join('\n'),
	],
	[{KEYCLOAK_SERVER_URL: 'sso.example.com'}, 'KEYCLOAK_SERVER_URL must start with http:// or https://.'],
	[
		{KEYCLOAK_SERVER_URL: 'https://sso.example.com/realms/one', KEYCLOAK_REALM: 'two'},
		'KEYCLOAK_REALM is not the realm that KEYCLOAK_SERVER_URL names; keep one of them.',
	],
	[{PUBLIC_URL: 'workspaces.example.com'}, /^PUBLIC_URL must be an address such as/],
	[{PUBLIC_URL: 'https://example.com/workspaces'}, /^PUBLIC_URL must be an address such as/],
	[{DATABASE_URL_FILE: '/x'}, 'DATABASE_URL and DATABASE_URL_FILE are both set; keep one of them.'],
	[{SECRET_KEY_FILE: '/does/not/exist'}, 'SECRET_KEY_FILE names a file that cannot be read.'],
] as const) {
	test(`${JSON.stringify(variables)} is refused in one sentence`, t => {
		t.throws(() => loadConfig({...least, ...variables}), {name: 'ConfigError', message: sentence});
	});
}

for (const [url, realm, keycloakServerUrl, keycloakRealm] of [
	['https://sso.example.com', undefined, 'https://sso.example.com', 'aileron'],
	['https://sso.example.com/', 'staff', 'https://sso.example.com', 'staff'],
	['https://sso.example.com/realms/staff', undefined, 'https://sso.example.com', 'staff'],
	['https://sso.example.com/realms/staff/', 'staff', 'https://sso.example.com', 'staff'],
	['https://sso.example.com/auth/realms/staff', undefined, 'https://sso.example.com/auth', 'staff'],
] as const) {
	test(`Keycloak is at ${url}${realm ? ` in ${realm}` : ''}`, t => {
		const config = loadConfig({...least, KEYCLOAK_SERVER_URL: url, KEYCLOAK_REALM: realm});
		t.like(config, {keycloakServerUrl, keycloakRealm});
	});
}

test('who signs people in listens to everybody', t => {
	const signIn = {ENABLE_AUTH: 'true', KEYCLOAK_SERVER_URL: 'https://sso.example.com', KEYCLOAK_CLIENT_ID: 'api'};
	t.like(loadConfig({...least, ...signIn, SECRET_KEY: 'k'.repeat(32)}), {
		enableAuth: true,
		keycloakClientId: 'api',
		keycloakAcceptAzp: false,
		host: '0.0.0.0',
	});
});

test('every wrong setting is named at once', t => {
	const error = t.throws(() => loadConfig({PORT: 'x'}));
	t.is(error!.message.split('\n').length, 3);
});

test('a password in an address is refused or taken as it is', t => {
	const passwords = fc.string({
		unit: fc.constantFrom(...Array.from('abz019@/:#%?&=+$!~[]{}^|;, ')),
		minLength: 1,
		maxLength: 12,
	});
	fc.assert(
		fc.property(passwords, password => {
			// Encoded on purpose.
			fc.pre(!/%[\da-f]{2}/i.test(password));
			const address = `postgresql://user:${password}@db:5432/w`;
			let taken: string;
			try {
				taken = loadConfig({...least, DATABASE_URL: address}).databaseUrl;
			} catch (error) {
				return error instanceof ConfigError && error.message.startsWith('DATABASE_URL must be an address');
			}
			const {password: read, hostname} = new URL(taken);
			return decodeURIComponent(read) === password && hostname === 'db';
		}),
		{numRuns: 2000},
	);
	t.pass();
});

test('secrets may come from files', t => {
	const file = path.join(mkdtempSync(path.join(tmpdir(), 'config-')), 'key');
	writeFileSync(file, `${'k'.repeat(32)}\n`);
	t.is(loadConfig({...least, SECRET_KEY_FILE: file, NODE_ENV: 'production'}).secretKey, 'k'.repeat(32));
});

test('a process with a wrong setting says so and exits with 78, without a stack trace', t => {
	const main = new URL('../src/main.ts', import.meta.url).pathname;
	const {status, stderr} = spawnSync(process.execPath, [main], {
		env: {PATH: process.env['PATH'], REDIS_URL: 'redis://x', DATABASE_URL: 'mysql://u:hunter2@x'},
		encoding: 'utf8',
	});
	t.is(status, 78);
	t.is(stderr, 'DATABASE_URL must start with postgres:// or postgresql://.\n');
});
