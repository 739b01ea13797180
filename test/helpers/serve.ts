import {Writable} from 'node:stream';
import type {ExecutionContext} from 'ava';
import {MikroORM} from '@mikro-orm/postgresql';
import {createAccessService} from '../../src/access/access.service.ts';
import type {WorkspaceRole} from '../../src/access/permissions.ts';
import type {Roles} from '../../src/access/roles.ts';
import {createApp} from '../../src/app.ts';
import type {AuditTrail} from '../../src/audit/audit-trail.ts';
import {listen} from '../../src/http/listen.ts';
import {createHealthService, type HealthCheck} from '../../src/http/monitoring/health.service.ts';
import type {RateLimits} from '../../src/http/rate-limits.ts';
import type {AppRouter} from '../../src/http/router.ts';
import {createIdempotencyService} from '../../src/idempotency/idempotency.service.ts';
import {createLogger} from '../../src/logger.ts';
import {User} from '../../src/users/user.entity.ts';

interface Options {
	routers?: AppRouter[];
	enableAuth?: boolean;
	allowedOrigins?: string[];
	allowedHosts?: string[];
	checks?: Partial<Record<'database' | 'redis' | 'temporal' | 'containers', HealthCheck>>;
	migrationsDone?: () => Promise<boolean>;
	role?: WorkspaceRole | null;
}

const fine = async () => {};

const noLimits: RateLimits = {
	count: async limit => ({limit, perMinute: 1, remaining: 1, resetSeconds: 1, isExceeded: false}),
};

/** Everybody has that role in everything. */
export const rolesOf = (role: WorkspaceRole | null): Roles => ({
	inWorkspaces: async (_actor, ids) => new Map(role ? ids.map(id => [id, role]) : []),
	inTeams: async () => new Map(),
});

/** Nobody writes down anything. */
const noTrail: AuditTrail = {watch: (_actOf, _log, work) => work()};

/** The real application on a free port, around the given routers. It has no database: nothing here asks one. */
export const serve = async (t: ExecutionContext, options: Options = {}) => {
	const lines: Record<string, unknown>[] = [];
	const destination = new Writable({
		write(chunk: Buffer, _encoding, done) {
			lines.push(
				...chunk
					.toString()
					.trim()
					.split('\n')
					.map(line => JSON.parse(line) as Record<string, unknown>),
			);
			done();
		},
	});
	const stopping = new AbortController();
	const orm = await MikroORM.init({
		clientUrl: 'postgresql://nobody@127.0.0.1:1/none',
		entities: [User],
	});
	const app = createApp({
		config: {
			enableAuth: options.enableAuth ?? false,
			publicUrl: 'http://127.0.0.1:3001',
			host: '127.0.0.1',
			allowedHosts: options.allowedHosts ?? [],
			allowedOrigins: options.allowedOrigins ?? [],
			trustedProxies: 0,
		},
		rateLimits: noLimits,
		log: createLogger({logLevel: 'debug'}, destination),
		orm,
		access: createAccessService({roles: rolesOf(options.role ?? null)}),
		auditTrail: noTrail,
		authenticators: [],
		idempotency: createIdempotencyService({em: orm.em}),
		health: createHealthService({
			checks: {database: fine, redis: fine, temporal: fine, containers: fine, ...options.checks},
			migrationsDone: options.migrationsDone ?? (async () => true),
		}),
		routers: options.routers ?? [],
		shutdown: stopping.signal,
	});
	const server = await listen(app, {host: '127.0.0.1', port: 0});
	t.teardown(() => server.close(0));
	return {
		url: server.url,
		lines,
		stopping,
		server,
		fetch: (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init),
		/** Sends JSON. */
		send: (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
			fetch(`${server.url}${path}`, {
				method,
				headers: {'content-type': 'application/json', ...headers},
				body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
			}),
	};
};

export const problemOf = async (response: Response) =>
	(await response.json()) as {
		code: string;
		title: string;
		detail: string;
		status: number;
		type: string;
		instance: string;
		requestId: string;
		params: Record<string, unknown>;
		errors?: {path: string; code: string; message: string}[];
	};
