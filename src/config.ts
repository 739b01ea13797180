import {readFileSync} from 'node:fs';
import path from 'node:path';
import {z} from 'zod';
import {variables} from './config-variables.ts';

const Environment = z.object(variables).superRefine((env, context) => {
	const refuse = (name: string, message: string) => context.addIssue({code: 'custom', path: [name], message});
	if (env.NODE_ENV === 'production' && !env.SECRET_KEY) refuse('SECRET_KEY', 'is required when NODE_ENV=production');
	if (env.SMTP_URL && !env.MAIL_FROM) refuse('MAIL_FROM', 'is required when SMTP_URL is set');
	if (env.SMTP_URL && !env.PUBLIC_URL) refuse('PUBLIC_URL', 'is required when SMTP_URL is set');
	if (env.ENABLE_AUTH) {
		for (const name of neededToSignIn) if (!env[name]) refuse(name, 'is required when ENABLE_AUTH=true');
	}
	const {realm} = partsOf(env.KEYCLOAK_SERVER_URL ?? '');
	if (realm && env.KEYCLOAK_REALM && realm !== env.KEYCLOAK_REALM)
		refuse('KEYCLOAK_REALM', 'is not the realm that KEYCLOAK_SERVER_URL names; keep one of them');
});

const neededToSignIn = ['KEYCLOAK_SERVER_URL', 'KEYCLOAK_CLIENT_ID', 'SECRET_KEY'] as const;

/** An address of Keycloak may name the realm, as its own pages show it. */
const partsOf = (address: string): {server: string; realm: string | undefined} => {
	const [, server = '', realm] = /^(.*?)(?:\/realms\/([^/]+))?\/*$/.exec(address) ?? [];
	return {server, realm};
};

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
	? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
	: Lowercase<Name>;
type Variables = z.infer<typeof Environment>;

/** Every setting, under the name of its variable in camelCase: `DATABASE_URL` is `databaseUrl`. `keycloakServerUrl` is without the realm. Frozen. */
export type Config = Readonly<
	{
		[
			Name in Exclude<keyof Variables, 'HOST' | 'LOG_LEVEL' | 'KEYCLOAK_REALM' | 'PUBLIC_URL'> as CamelCase<Name>
		]: Variables[Name];
	} & {
		host: string;
		keycloakRealm: string;
		publicUrl: string;
		logLevel: NonNullable<Variables['LOG_LEVEL']>;
	}
>;

/** A setting that cannot be used. The message names the variables, one sentence each, and never repeats a value. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';
}

/** Reads the settings. Throws `ConfigError`. An empty variable counts as absent. */
export const loadConfig = (env: NodeJS.ProcessEnv = process.env): Config => {
	const parsed = Environment.safeParse(readFiles(withoutEmpty(env)));
	if (!parsed.success) throw new ConfigError(parsed.error.issues.map(sentence).join('\n'));
	const settings = parsed.data;
	const {server, realm} = partsOf(settings.KEYCLOAK_SERVER_URL ?? '');
	const camelCased = Object.fromEntries(Object.entries(settings).map(([name, value]) => [camelCase(name), value]));
	return Object.freeze({
		...camelCased,
		dataDir: path.resolve(settings.DATA_DIR),
		imageCatalogue: path.resolve(settings.IMAGE_CATALOGUE),
		keycloakServerUrl: server || undefined,
		keycloakRealm: realm ?? settings.KEYCLOAK_REALM ?? 'aileron',
		host: settings.HOST ?? (settings.ENABLE_AUTH ? '0.0.0.0' : '127.0.0.1'),
		publicUrl: settings.PUBLIC_URL ?? `http://127.0.0.1:${settings.PORT}`,
		logLevel: settings.LOG_LEVEL ?? (settings.DEBUG ? 'debug' : 'info'),
		allowedOrigins: Object.freeze(settings.ALLOWED_ORIGINS),
	}) as Config;
};

/** `loadConfig` for a process: on a wrong setting it says which, without a stack trace, and exits with 78 (EX_CONFIG). */
export const loadConfigOrExit = (): Config => {
	try {
		return loadConfig();
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		process.stderr.write(`${error.message}\n`);
		process.exit(78);
	}
};

const secretNames = ['DATABASE_URL', 'REDIS_URL', 'SECRET_KEY', 'KEYCLOAK_CLIENT_SECRET', 'SMTP_URL'];

const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
	Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])));

/** `NAME_FILE` names a file that holds the value: how Docker and Kubernetes hand over secrets. */
const readFiles = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
	const values = {...env};
	for (const name of secretNames) {
		const file = env[`${name}_FILE`];
		if (!file) continue;
		if (env[name]) throw new ConfigError(`${name} and ${name}_FILE are both set; keep one of them.`);
		try {
			values[name] = readFileSync(file, 'utf8').trim();
		} catch (cause) {
			throw new ConfigError(`${name}_FILE names a file that cannot be read.`, {cause});
		}
	}
	return values;
};

const sentence = (issue: z.core.$ZodIssue): string => {
	const absent =
		issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('received undefined');
	return `${issue.path.join('.')} ${absent ? 'is required but not set' : issue.message}.`;
};

const camelCase = (name: string): string =>
	name.toLowerCase().replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
