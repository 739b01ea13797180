import type {ContainerRuntime, EngineObject} from '../../src/containers/container-runtime.ts';
import {AppError} from '../../src/errors.ts';
import {
	containersOf,
	createFakeEngine,
	end,
	generationOf,
	observe,
	removeContainer,
	type FakeContainer,
	type FakeEngine,
} from './fake-engine.ts';
import {fakeExec, fakeExecStream} from './fake-exec.ts';
import {fakeSteps, runAlone} from './fake-steps.ts';
import {fakeLogs, fakeWatch} from './fake-streams.ts';
import {withFaults, type Faults} from './faults.ts';
import {wait} from './wait.ts';

export interface FakeRuntime extends ContainerRuntime, Faults {
	engine: FakeEngine;
	/** Makes an image known, and answers its id. */
	addImage(reference: string, options?: {hasCommand?: boolean}): string;
	/** The workspace's running container ends with that code, as if by itself. */
	kill(workspaceId: string, exitCode: number): void;
	/** The connections of its streams break; the next ones work. */
	cutStreams(workspaceId: string): void;
}

/** A container runtime in memory. It passes the contract of the real ones, and fails when a test wants it to. */
export const createFakeRuntime = (): FakeRuntime => {
	const engine = createFakeEngine();
	const running = (workspaceId: string): FakeContainer => {
		const container = containersOf(engine, workspaceId).find(({state}) => state === 'running');
		if (!container) throw new AppError('CONTAINER_NOT_FOUND', {workspaceId});
		return container;
	};
	const runtime: ContainerRuntime = {
		kind: 'docker',
		steps: fakeSteps(engine),
		ping: async signal => signal.throwIfAborted(),
		capacity: async () => ({cpus: 4, memoryMiB: 8192}),
		async pinImage(reference) {
			const image = [...engine.images].find(([name, {id}]) => name === reference || id === reference);
			if (!image) throw new AppError('IMAGE_NOT_FOUND', {image: reference, reason: 'unknown'});
			return image[1].id;
		},
		async start({workspaceId, generation}) {
			const own = containersOf(engine, workspaceId).find(each => generationOf(each) === generation);
			if (!own) throw new AppError('CONTAINER_NOT_FOUND', {generation});
			runAlone(engine, own);
		},
		async stop(workspaceId, {graceSeconds}, {signal}) {
			for (const container of containersOf(engine, workspaceId)) {
				const isDeaf = container.state === 'running' && container.spec?.env.IGNORE_TERM !== undefined;
				if (isDeaf) await wait(graceSeconds * 1000, signal);
				end(engine, container, isDeaf ? 137 : 143);
				container.stoppedByUs = true;
			}
		},
		async discardOlder({workspaceId, generation}) {
			const older = containersOf(engine, workspaceId).filter(each => generationOf(each) < generation);
			for (const container of older) removeContainer(engine, container);
		},
		async inspect(workspaceId) {
			const [newest] = containersOf(engine, workspaceId);
			if (newest) return observe(newest);
			return {state: 'absent', generation: null, exitCode: null, reason: null, startedAt: null};
		},
		exec: async (workspaceId, command, signal) => fakeExec(engine, running(workspaceId), command, signal),
		async *execStream(workspaceId, program, signal) {
			yield* fakeExecStream(engine, running(workspaceId), program, signal);
		},
		logs: (workspaceId, options, signal) => fakeLogs(engine, workspaceId, options, signal),
		async stats(workspaceId) {
			const {spec} = running(workspaceId);
			return {...usage, memoryLimitMiB: spec?.memoryMiB ?? 0, processesLimit: spec?.pids ?? null};
		},
		diskUsage: async () => new Map(engine.diskMiB),
		list: async ({workspaceId}) =>
			everything(engine).filter(object => workspaceId === undefined || object.workspaceId === workspaceId),
		async removeObject({type, id}) {
			const container = [...engine.containers.values()].find(each => each.id === id);
			if (type === 'container' && container) removeContainer(engine, container);
			if (type === 'network') engine.networks.delete(id);
			if (type === 'volume') engine.volumes.delete(id);
		},
		watch: signal => fakeWatch(engine, signal),
	};
	return {
		...withFaults(runtime),
		engine,
		addImage(reference, {hasCommand = true} = {}) {
			const id = `sha256:${(engine.images.size + 1).toString(16).padStart(64, '0')}`;
			engine.images.set(reference, {id, hasCommand});
			return id;
		},
		kill: (workspaceId, exitCode) => end(engine, running(workspaceId), exitCode),
		cutStreams: workspaceId => void running(workspaceId).changes.emit('cut'),
	};
};

const usage = {
	cpuPercent: 1.5,
	memoryMiB: 12,
	processes: 2,
	networkReceivedBytes: 0,
	networkSentBytes: 0,
};

const everything = ({containers, networks, volumes}: FakeEngine): EngineObject[] => {
	const plain = {generation: null, observation: null};
	return [
		...[...containers.values()].flatMap(container =>
			container.spec
				? {
						type: 'container' as const,
						id: container.id,
						name: container.name,
						workspaceId: container.spec.workspaceId,
						generation: generationOf(container),
						observation: observe(container),
						createdAt: container.createdAt,
					}
				: [],
		),
		...[...networks].map(([id, {createdAt}]) => ({
			...plain,
			type: 'network' as const,
			id,
			name: id,
			workspaceId: id,
			createdAt,
		})),
		...[...volumes].map(([id, {createdAt}]) => ({
			...plain,
			type: 'volume' as const,
			id,
			name: id,
			workspaceId: id,
			createdAt,
		})),
	];
};
