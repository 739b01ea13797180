import type {RuntimeStep, WorkspaceSpec} from '../../src/containers/container-runtime.ts';
import {AppError} from '../../src/errors.ts';
import {
	addContainer,
	containersOf,
	end,
	generationOf,
	observe,
	removeContainer,
	startContainer,
	type FakeContainer,
	type FakeEngine,
} from './fake-engine.ts';
import {fakeExec} from './fake-exec.ts';
import {wait} from './wait.ts';

/** The steps of the fake, named as Docker's are. */
export const fakeSteps = (engine: FakeEngine): RuntimeStep[] => [
	{
		name: 'network',
		keepsFiles: false,
		makesGeneration: false,
		async apply({workspaceId}) {
			if (!engine.networks.has(workspaceId)) engine.networks.set(workspaceId, {createdAt: new Date()});
		},
		async revert({workspaceId}) {
			engine.networks.delete(workspaceId);
		},
	},
	{
		name: 'volume',
		keepsFiles: true,
		makesGeneration: false,
		async apply({workspaceId}) {
			if (!engine.volumes.has(workspaceId)) {
				engine.volumes.set(workspaceId, {createdAt: new Date(), files: new Map()});
			}
		},
		async revert({workspaceId}) {
			engine.volumes.delete(workspaceId);
		},
	},
	{
		name: 'container',
		keepsFiles: false,
		makesGeneration: true,
		apply: async spec => runAlone(engine, ensureContainer(engine, spec)),
		async revert({workspaceId, generation}) {
			for (const each of containersOf(engine, workspaceId)) {
				if (generationOf(each) === generation) removeContainer(engine, each);
			}
		},
	},
	{
		name: 'ready',
		keepsFiles: false,
		makesGeneration: false,
		apply: (spec, {signal}) => becomeReady(engine, spec, signal),
		async revert() {},
	},
];

const ensureContainer = (engine: FakeEngine, spec: WorkspaceSpec): FakeContainer => {
	const name = `${spec.workspaceId}-${spec.generation}`;
	const [newest] = containersOf(engine, spec.workspaceId);
	if (newest) refuseStale(newest, spec.generation);
	const present = engine.containers.get(name);
	if (present && !present.spec) throw new AppError('NAME_TAKEN_BY_STRANGER', {name});
	if (present) return present;
	if (!engine.volumes.has(spec.workspaceId)) throw new AppError('FILES_MISSING', {volumes: 'workspace, home'});
	const image = [...engine.images].find(([reference, {id}]) => reference === spec.image || id === spec.image)?.[1];
	if (!image) throw new AppError('IMAGE_NOT_FOUND', {image: spec.image});
	if (!image.hasCommand) throw new AppError('IMAGE_WITHOUT_COMMAND');
	return addContainer(engine, name, spec);
};

/** Makes it the one container of its workspace that runs. */
export const runAlone = (engine: FakeEngine, own: FakeContainer): void => {
	const present = containersOf(engine, own.spec?.workspaceId ?? '');
	for (const other of present) {
		refuseStale(other, generationOf(own));
		if (other === own) continue;
		end(engine, other, 143);
		other.stoppedByUs = true;
	}
	if (own.state !== 'running') startContainer(engine, own);
};

const refuseStale = (other: FakeContainer, generation: number): void => {
	const newest = generationOf(other);
	if (newest > generation) throw new AppError('STALE_GENERATION', {generation, newest});
};

const becomeReady = async (engine: FakeEngine, spec: WorkspaceSpec, signal: AbortSignal): Promise<void> => {
	const deadline = Date.now() + spec.readyTimeoutSeconds * 1000;
	for (;;) {
		const own = containersOf(engine, spec.workspaceId).find(each => generationOf(each) === spec.generation);
		if (!own) throw new AppError('CONTAINER_NOT_FOUND', {generation: spec.generation});
		const {state, reason, exitCode} = observe(own);
		if (reason === 'outOfMemory') throw new AppError('OUT_OF_MEMORY');
		if (state === 'dead' || state === 'stopped') throw new AppError('EXITED', {exitCode});
		if (spec.healthCommand === null) return;
		const command = {command: spec.healthCommand, timeoutSeconds: 30, maxOutputBytes: 16_384};
		const result = await fakeExec(engine, own, command, signal);
		if (result.exitCode === 0) return;
		if (Date.now() > deadline) {
			const output = `${result.stdout}${result.stderr}`.trim();
			throw new AppError('NOT_READY_IN_TIME', {seconds: spec.readyTimeoutSeconds, output});
		}
		await wait(10, signal);
	}
};
