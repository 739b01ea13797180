import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {MikroORM} from '@mikro-orm/postgresql';
import type Dockerode from 'dockerode';
import {connect} from '../../src/containers/docker/connect.ts';
import {ormOptions} from '../../src/mikro-orm.config.ts';
import {Installation} from '../../src/targets/installation.entity.ts';
import {Target} from '../../src/targets/target.entity.ts';
import {rememberedProcess} from '../../stack/processes/pid-file.ts';
import {pidFileOf, stopEverything} from '../../stack/processes/server-process.ts';
import {Problem} from '../../stack/problem.ts';
import type {Report} from '../../stack/report.ts';
import {startStack} from '../../stack/stack.ts';
import {createApiClient, type ApiClient} from './api/client.ts';
import type {CleanUp} from './clean-up.ts';
import {removeObjects} from './engine/remove-objects.ts';
import {startAnotherApi, startProduct} from './product.ts';

/** Carried, with the id of the run, by every object that is made past the product. */
export const benchLabel = 'io.workspace-manager.bench';

export const servers = ['postgres', 'redis', 'temporal'] as const;
export const processes = ['api', 'worker', ...servers] as const;
export type ProcessName = (typeof processes)[number];

/** The product, running on servers of its own, and the ways past it. */
export interface World {
	runId: string;
	api: ApiClient;
	docker: Dockerode;
	/** The product's own database. */
	orm: MikroORM;
	networkPool: string;
	dataDir: string;
	/** One more API, with these settings beside those of the product; answers where it is. */
	startApi: (settings: NodeJS.ProcessEnv) => Promise<string>;
	temporal: {address: string; namespace: string; isStock: boolean};
	pidOf: (name: ProcessName) => number;
}

/** Servers that a person may have in the environment are not taken: nothing else shall work on them, and they shall be settled as ours are. */
const ownServers = {DATABASE_URL: undefined, REDIS_URL: undefined, TEMPORAL_ADDRESS: undefined};

/**
 * Starts servers, the API and a worker in a data folder of their own. The database is one that survives a power cut: that is part of
 * what is measured. Only the engine is shared.
 */
export async function startWorld(
	{runId, stockTemporal}: {runId: string; stockTemporal: boolean},
	report: Report,
	cleanUp: CleanUp,
): Promise<World> {
	const dataDir = mkdtempSync(`${tmpdir()}/workspace-manager-bench-`);
	// PostgreSQL may run as another user than the one who made the folder.
	chmodSync(dataDir, 0o755);
	cleanUp.add(async () => rmSync(dataDir, {recursive: true, force: true}));
	cleanUp.add(stopEverything);

	const env = {...process.env, ...ownServers};
	const stack = await startStack({
		dataDir,
		env,
		report,
		temporalNamespace: `bench-${runId}`,
		temporalUi: false,
		stockTemporal,
	});
	cleanUp.add(() => stack.stop());
	const docker = connect(stack.dockerHost);
	const labels = [`${benchLabel}=${runId}`];
	cleanUp.add(async () => {
		for (const label of labels) await removeObjects(docker, label);
	});
	const orm = await MikroORM.init(ormOptions(stack.databaseUrl));
	cleanUp.add(() => orm.close(true));

	const networkPool = process.env.NETWORK_POOL ?? '10.201.0.0/16';
	const settings = {
		...env,
		DATABASE_URL: stack.databaseUrl,
		REDIS_URL: stack.redisUrl,
		TEMPORAL_ADDRESS: stack.temporalAddress,
		TEMPORAL_NAMESPACE: stack.temporalNamespace,
		DOCKER_HOST: stack.dockerHost,
		NETWORK_POOL: networkPool,
		// Runs that follow each other are measured, not the minutes between them.
		JOB_MINIMUM_SECONDS: '1',
	};
	// The first thing that a worker does is to write down what its engine has.
	const workerIsReady = async (since: Date) => (await orm.em.fork().count(Target, {seenAt: {$gt: since}})) > 0;
	const url = await startProduct({dataDir, report, env: settings, workerIsReady}, cleanUp);
	for (const {id} of await orm.em.fork().findAll(Installation)) labels.push(`io.workspace-manager.installation=${id}`);
	report('The API and a worker run.');

	const pidOf = (name: ProcessName) => {
		const pid = rememberedProcess(pidFileOf(dataDir, name));
		if (pid === null) throw new Problem(`The process "${name}" has ended.`);
		return pid;
	};
	const startApi = (more: NodeJS.ProcessEnv) =>
		startAnotherApi({dataDir, report, env: {...settings, ...more}}, cleanUp);
	const temporal = {address: stack.temporalAddress, namespace: stack.temporalNamespace, isStock: stockTemporal};
	return {runId, api: createApiClient(url), docker, orm, networkPool, dataDir, startApi, temporal, pidOf};
}
