import type Dockerode from 'dockerode';
import type {ContainerRuntime} from '../container-runtime.ts';
import {EngineInfo, Nothing} from './answers.ts';
import {connect} from './connect.ts';
import {createEngine, type Deadlines} from './engine.ts';
import {execInWorkspace} from './exec/exec.ts';
import {streamExec} from './exec/stream-exec.ts';
import type {Labels} from './labels.ts';
import {readDiskUsage} from './reading/disk-usage.ts';
import {inspectWorkspace} from './reading/inspect.ts';
import {listObjects} from './reading/list.ts';
import {readLogs} from './reading/logs.ts';
import {createStatsReader} from './reading/stats.ts';
import {watchEngine} from './reading/watch.ts';
import {defaultOpenFiles} from './steps/container-config.ts';
import {containerStep} from './steps/container-step.ts';
import {networkStep} from './steps/network-step.ts';
import {pinImage} from './steps/pin-image.ts';
import {readyStep} from './steps/ready-step.ts';
import {discardOlder} from './steps/remove-containers.ts';
import {removeObject} from './steps/remove-object.ts';
import {startGeneration} from './steps/start-container.ts';
import {stopWorkspace} from './steps/stop-container.ts';
import {volumeStep} from './steps/volume-step.ts';

export interface DockerRuntimeOptions {
	/** A client, or where the engine listens: see `connect`. */
	docker: Dockerode | string;
	installationId: string;
	/** The addresses that workspace networks are cut from, e.g. `10.201.0.0/16`: eight for each workspace. */
	networkPool: string;
	/** Extra labels on every object. */
	labels?: Labels;
	/** How long the engine may take to answer. */
	deadlines?: Partial<Deadlines>;
}

/** The container port on one Docker engine (20.10 or later): a network, two volumes and a container for each workspace. */
export const createDockerRuntime = (options: DockerRuntimeOptions): ContainerRuntime => {
	const engine = createEngine({
		docker: typeof options.docker === 'string' ? connect(options.docker) : options.docker,
		installationId: options.installationId,
		networkPool: options.networkPool,
		openFiles: defaultOpenFiles,
		extraLabels: options.labels ?? {},
		deadlines: {quickSeconds: 8, slowSeconds: 45, lookSeconds: 4, ...options.deadlines},
	});
	return {
		kind: 'docker',
		steps: [networkStep(engine), volumeStep(engine), containerStep(engine), readyStep(engine)],
		async ping(signal) {
			await engine.ask({method: 'GET', path: '/_ping'}, Nothing, signal);
		},
		async capacity(signal) {
			const info = await engine.ask({method: 'GET', path: '/info'}, EngineInfo, signal);
			return {cpus: info.NCPU, memoryMiB: Math.floor(info.MemTotal / 2 ** 20)};
		},
		pinImage: (reference, context) => pinImage(engine, reference, context),
		start: (object, context) => startGeneration(engine, object, context),
		stop: (workspaceId, {graceSeconds}, context) => stopWorkspace(engine, workspaceId, graceSeconds, context),
		discardOlder: (object, context) => discardOlder(engine, object, context),
		inspect: (workspaceId, signal) => inspectWorkspace(engine, workspaceId, signal),
		exec: (workspaceId, command, signal) => execInWorkspace(engine, workspaceId, command, signal),
		execStream: (workspaceId, program, signal) => streamExec(engine, workspaceId, program, signal),
		logs: (workspaceId, logOptions, signal) => readLogs(engine, workspaceId, logOptions, signal),
		stats: createStatsReader(engine),
		diskUsage: context => readDiskUsage(engine, context),
		list: (filter, signal) => listObjects(engine, filter.workspaceId, signal),
		removeObject: (object, context) => removeObject(engine, object, context),
		watch: signal => watchEngine(engine, signal),
	};
};
