import {mkdirSync} from 'node:fs';
import {ensureDocker} from './engine/docker.ts';
import {ensureWorkspaceImage} from './engine/image.ts';
import {isolateWorkspaces} from './engine/isolation.ts';
import {startPostgres} from './servers/postgres.ts';
import {startRedis} from './servers/redis.ts';
import type {Report} from './report.ts';
import {foreign, type Service} from './servers/service.ts';
import {startTemporal, type TemporalService} from './servers/temporal.ts';

/** The parts that can be asked for. `image` needs `docker`. */
export type ServiceName = 'postgres' | 'redis' | 'temporal' | 'docker' | 'image';

/** What {@link startStack} needs. A port that is taken, and one that is left out, becomes any free one. */
export interface StackOptions {
	dataDir: string;
	env: NodeJS.ProcessEnv;
	report: Report;
	services?: ServiceName[];
	ports?: {postgres?: number; redis?: number; temporal?: number; temporalUi?: number};
	temporalNamespace?: string;
	temporalUi?: boolean;
	/** Temporal without the settings that make it fast on a small machine: for comparing. */
	stockTemporal?: boolean;
	/** For tests: faster and not safe against a power cut; a Temporal namespace made on a given server is deleted at the end. */
	throwAway?: boolean;
}

/** Where everything is. What was not asked for has an empty address. */
export interface Stack {
	databaseUrl: string;
	redisUrl: string;
	temporalAddress: string;
	temporalNamespace: string;
	temporalUiUrl: string | null;
	dockerHost: string;
	/** Ends what was started here, Temporal first and the databases after it. May be called twice. */
	stop(): Promise<void>;
}

const everything: ServiceName[] = ['postgres', 'redis', 'temporal', 'docker', 'image'];

/** Starts, or finds, the servers that Workspace Manager needs, all at once; if one fails, the others are stopped again. */
export async function startStack(options: StackOptions): Promise<Stack> {
	const {dataDir, env, report, services = everything, ports = {}, throwAway = false} = options;
	mkdirSync(dataDir, {recursive: true});
	const namespace = options.temporalNamespace ?? env.TEMPORAL_NAMESPACE ?? 'workspace-manager';
	const common = {dataDir, env, report};
	const wants = (name: ServiceName) => services.includes(name);

	const started: Partial<Record<ServiceName, Service>> = {};
	const start = async <T extends Service>(name: ServiceName, how: () => Promise<T>): Promise<T | undefined> => {
		if (!wants(name)) return undefined;
		const service = await how();
		started[name] = service;
		return service;
	};
	const inOrder = () => [started.temporal, started.redis, started.postgres].filter(service => service !== undefined);
	const stop = async () => {
		for (const service of inOrder()) await service.stop();
	};

	const uiPort = options.temporalUi === false ? null : ports.temporalUi;
	const temporal = {namespace, port: ports.temporal, uiPort, stock: options.stockTemporal, throwAway};
	try {
		await Promise.all([
			start('postgres', () => startPostgres({...common, port: ports.postgres, throwAway})),
			start('redis', () => startRedis({...common, port: ports.redis})),
			start('temporal', () => startTemporal({...common, ...temporal})),
			start('docker', async () => {
				const {host, isNew} = await ensureDocker(common);
				if (wants('image')) await ensureWorkspaceImage(host, isNew, report);
				await host;
				await isolateWorkspaces(env, report);
				return foreign(await host);
			}),
		]);
	} catch (error) {
		await stop();
		throw error;
	}
	return {
		databaseUrl: started.postgres?.url ?? '',
		redisUrl: started.redis?.url ?? '',
		temporalAddress: started.temporal?.url ?? '',
		temporalNamespace: namespace,
		temporalUiUrl: (started.temporal as TemporalService | undefined)?.uiUrl ?? null,
		dockerHost: started.docker?.url ?? '',
		stop,
	};
}
