import {z} from 'zod';
import {type QuotaLimits, quotaNames} from './quotas/quota.ts';

const url = (...schemes: string[]) =>
	z
		.string()
		.refine(value => schemes.some(scheme => value.startsWith(`${scheme}://`)), {
			error: `must start with ${schemes.map(scheme => `${scheme}://`).join(' or ')}`,
			abort: true,
		})
		// A password as it is, with `/`, `#` or `%` in it, would name another host, or another password.
		.refine(isWhole, {error: 'must be an address; in a password write @ / : # % as %40 %2F %3A %23 %25'});

const isWhole = (value: string): boolean => {
	if (!URL.canParse(value)) return false;
	const {hash, username, password, pathname, search} = new URL(value);
	const isCutShort = hash !== '' || `${pathname}${search}`.includes('@');
	return !isCutShort && isDecodable(username) && isDecodable(password);
};

const isDecodable = (text: string): boolean => !/%(?![\da-f]{2})/i.test(text);

const flag = z.stringbool({error: 'must be true or false'}).default(false);
const text = z.string();

const whole = (smallest: number, largest: number) =>
	z
		.string()
		.regex(/^\d+$/, {error: 'must be a whole number'})
		.transform(Number)
		.refine(value => value >= smallest && value <= largest, {error: `must be from ${smallest} to ${largest}`});

const oneOf = <const Values extends readonly string[]>(values: Values) =>
	z.enum(values, {error: `must be one of ${values.join(', ')}`});

const origins = z
	.string()
	.default('')
	.transform(list => list.split(',').flatMap(origin => origin.trim() || []))
	.refine(list => list.every(isOrigin), {
		error: 'must list origins such as https://app.example.com, separated by commas',
	})
	.transform(list => list.map(origin => new URL(origin).origin));

const isOrigin = (value: string): boolean => /^https?:\/\/[^/]+\/?$/.test(value) && URL.canParse(value);

const origin = z
	.string()
	.refine(isOrigin, {error: 'must be an address such as https://workspaces.example.com, without a path'})
	.transform(address => new URL(address).origin);

const hosts = z
	.string()
	.default('')
	.transform(list => list.split(',').flatMap(host => host.trim() || []))
	.refine(list => list.every(host => /^(\[[\da-f:.]+\]|[\w.-]+)$/i.test(host)), {
		error: 'must list host names such as workspaces.internal, without ports, separated by commas',
	});

const labels = z
	.string()
	.default('')
	.transform(list => list.split(',').flatMap(pair => pair.trim() || []))
	.refine(pairs => pairs.every(pair => /^[\w./-]+=[^=]*$/.test(pair)), {
		error: 'must list labels such as cost-centre=42, separated by commas',
	})
	.transform(pairs => Object.fromEntries(pairs.map(pair => pair.split('=') as [string, string])));

const quotaPair = new RegExp(`^(${quotaNames.join('|')})=\\d+(\\.\\d+)?$`);
const quotas = z
	.string()
	.default('')
	.transform(list => list.split(',').flatMap(pair => pair.trim() || []))
	.refine(pairs => pairs.every(pair => quotaPair.test(pair)), {
		error: `must list quotas such as workspaces=20, separated by commas; there are ${quotaNames.join(', ')}`,
	})
	.transform((pairs): QuotaLimits =>
		Object.fromEntries(pairs.map(pair => pair.split('=')).map(([name, limit]) => [name, Number(limit)])),
	);

/** The environment, variable by variable. Messages continue a sentence that begins with the variable's name. */
export const variables = {
	NODE_ENV: text.default('development'),
	DATABASE_URL: url('postgres', 'postgresql'),
	REDIS_URL: url('redis', 'rediss'),
	SECRET_KEY: z
		.string()
		.refine(value => Buffer.byteLength(value) >= 32, {error: 'must have at least 32 bytes'})
		.optional(),
	DOCKER_HOST: url('unix', 'tcp', 'http', 'https', 'ssh').default('unix:///var/run/docker.sock'),
	DEBUG: flag,
	LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),

	ENABLE_AUTH: flag,
	KEYCLOAK_SERVER_URL: url('http', 'https').optional(),
	KEYCLOAK_REALM: text.optional(),
	KEYCLOAK_CLIENT_ID: text.optional(),
	KEYCLOAK_CLIENT_SECRET: text.optional(),
	KEYCLOAK_ACCEPT_AZP: flag,
	// Asymmetric only: with a shared-secret algorithm, whoever knows the public key could sign.
	JWT_ALGORITHM: oneOf(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512']).default(
		'RS256',
	),
	JWT_ACCESS_TOKEN_EXPIRE_MINUTES: whole(1, 1440).default(30),

	HOST: text.optional(),
	PORT: whole(0, 65_535).default(3001),
	/** Measurements and health for operators, without signing in; absent: nowhere. Never publish it. */
	OPERATOR_PORT: whole(0, 65_535).optional(),
	OPERATOR_HOST: text.default('127.0.0.1'),
	/** Where people reach the service. */
	PUBLIC_URL: origin.optional(),
	ALLOWED_ORIGINS: origins,
	ALLOWED_HOSTS: hosts,

	TRUSTED_PROXIES: whole(0, 10).default(0),
	RATE_LIMIT_PER_MINUTE: whole(1, 1_000_000).default(600),
	RATE_LIMIT_COMMANDS_PER_MINUTE: whole(1, 1_000_000).default(120),
	RATE_LIMIT_SIGN_INS_PER_MINUTE: whole(1, 1_000_000).default(60),

	/** Mail is sent when both are set. */
	SMTP_URL: url('smtp', 'smtps').optional(),
	MAIL_FROM: text.regex(/^[^\r\n]*[^\s@]@[^\s@][^\r\n]*$/, {error: 'must hold an e-mail address'}).optional(),

	TEMPORAL_ADDRESS: text.regex(/^[^\s/]+:\d+$/, {error: 'must look like host:port'}).default('127.0.0.1:7233'),
	TEMPORAL_NAMESPACE: text.default('default'),
	TEMPORAL_UI_URL: url('http', 'https').optional(),
	WORKFLOW_BUNDLE: text.optional(),

	JOB_MINIMUM_SECONDS: whole(1, 86_400).default(60),
	QUOTAS_PER_USER: quotas,
	QUOTAS_PER_TEAM: quotas,

	DATA_DIR: text.default('.data'),
	IMAGE_CATALOGUE: text.default('images/catalogue.json'),
	NETWORK_POOL: z.cidrv4({error: 'must be an IPv4 network such as 10.201.0.0/16'}).default('10.201.0.0/16'),
	CONTAINER_LABELS: labels,
	CONTAINER_TARGET: text
		.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, {error: 'must be lower-case letters, digits and dashes'})
		.default('docker-local'),
};
