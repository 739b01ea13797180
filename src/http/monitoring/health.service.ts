import {isErrorCode} from '../../errors.ts';
import {service} from '../../version.ts';
import type {CheckResult, Health, KeycloakHealth, Readiness} from './health.schema.ts';

/** Asks whether something is there; rejects when it is not. */
export type HealthCheck = (signal: AbortSignal) => Promise<unknown>;
export const checkNames = ['database', 'redis', 'temporal', 'containers'] as const;
export type CheckName = (typeof checkNames)[number];

interface HealthOptions {
	checks: Record<CheckName, HealthCheck>;
	/** False while the database lacks migrations that this version needs. */
	migrationsDone: () => Promise<boolean>;
	/** Null: signing in is off. */
	keycloak?: HealthCheck | null;
	limitMs?: number;
	keepMs?: number;
}

export type HealthService = ReturnType<typeof createHealthService>;

/**
 * Says how the service and what it needs are. Every answer is asked for, all at once, within a second; the answer of
 * half a second ago is given again, so that many who ask cost no more than one.
 */
export const createHealthService = (options: HealthOptions) => {
	const {checks, migrationsDone, keycloak = null, limitMs = 1000, keepMs = 500} = options;

	const report = kept(keepMs, async (): Promise<Health> => {
		const results = await Promise.all(checkNames.map(async name => [name, await ask(checks[name], limitMs)] as const));
		const each = Object.fromEntries(results) as Record<CheckName, CheckResult>;
		return {
			status: overall(each),
			service: service.name,
			version: service.version,
			timestamp: new Date().toISOString(),
			database: each.database.status,
			redis: each.redis.status,
			temporal: each.temporal.status,
			containers: each.containers.status,
			authentication: keycloak ? 'enabled' : 'disabled',
			checks: each,
		};
	});

	const database = kept(keepMs, () => ask(checks.database, limitMs));
	const signIn = kept(keepMs, async (): Promise<KeycloakHealth> =>
		keycloak ? ask(keycloak, limitMs) : {status: 'disabled'},
	);
	const migrations = kept(keepMs, () => ask(async () => requireTrue(await migrationsDone()), limitMs));

	return {
		report,
		/** Whether people can sign in. */
		keycloak: signIn,
		async readiness({stopping}: {stopping: boolean}): Promise<Readiness> {
			if (stopping) return {status: 'notReady', reason: 'STOPPING'};
			if ((await database()).status !== 'healthy') return {status: 'notReady', reason: 'DATABASE_UNAVAILABLE'};
			if ((await migrations()).status !== 'healthy') return {status: 'notReady', reason: 'MIGRATIONS_PENDING'};
			return {status: 'ready', reason: null};
		},
	};
};

/** Without its database the API can serve nothing; without the rest it serves less. */
const overall = (each: Record<CheckName, CheckResult>): Health['status'] => {
	if (each.database.status !== 'healthy') return 'unhealthy';
	return checkNames.every(name => each[name].status === 'healthy') ? 'healthy' : 'degraded';
};

/** Never rejects, and ends within the limit even if the check ignores its signal. Says a code, never a message: those name hosts. */
const ask = async (check: HealthCheck, limitMs: number): Promise<CheckResult> => {
	const started = performance.now();
	const signal = AbortSignal.timeout(limitMs);
	const {promise: late, reject} = Promise.withResolvers<never>();
	signal.addEventListener('abort', () => reject(new Error('TIMEOUT')));
	const latencyMs = () => Math.round(performance.now() - started);
	try {
		await Promise.race([Promise.try(check, signal), late]);
		return {status: 'healthy', latencyMs: latencyMs()};
	} catch (error) {
		const said = error instanceof Error && isErrorCode(error.message) ? error.message : 'UNREACHABLE';
		return {status: 'unhealthy', latencyMs: latencyMs(), code: signal.aborted ? 'TIMEOUT' : said};
	}
};

/** One answer for everybody who asks at the same time, and for a moment after. */
const kept = <Value>(ms: number, make: () => Promise<Value>): (() => Promise<Value>) => {
	let current: {value: Promise<Value>; until: number} | null = null;
	return () => {
		if (current && performance.now() < current.until) return current.value;
		const entry = {value: make(), until: Number.POSITIVE_INFINITY};
		current = entry;
		const expire = () => (entry.until = performance.now() + ms);
		entry.value.then(expire, expire);
		return entry.value;
	};
};

const requireTrue = (done: boolean): void => {
	if (!done) throw new Error('not yet');
};
