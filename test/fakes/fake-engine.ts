import {randomUUID} from 'node:crypto';
import {EventEmitter} from 'node:events';
import type {LogLine, Observation, WorkspaceSpec} from '../../src/containers/container-runtime.ts';

export interface FakeContainer {
	id: string;
	/** Null for a stranger's, which only has a name. */
	spec: WorkspaceSpec | null;
	name: string;
	state: 'created' | 'running' | 'ended';
	exitCode: number | null;
	outOfMemory: boolean;
	stoppedByUs: boolean;
	createdAt: Date;
	startedAt: Date | null;
	logs: LogLine[];
	/** Emits `end`, and `line` for what it says. */
	changes: EventEmitter;
	timers: Set<NodeJS.Timeout>;
}

export interface FakeVolume {
	createdAt: Date;
	files: Map<string, string>;
}

/** What an engine holds, in memory, and what its containers do by themselves. */
export interface FakeEngine {
	containers: Map<string, FakeContainer>;
	networks: Map<string, {createdAt: Date}>;
	volumes: Map<string, FakeVolume>;
	/** What workspaces hold on disk. */
	diskMiB: Map<string, number>;
	/** Emits `change` with a workspace id. */
	events: EventEmitter;
	images: Map<string, {id: string; hasCommand: boolean}>;
}

export const createFakeEngine = (): FakeEngine => ({
	containers: new Map(),
	networks: new Map(),
	volumes: new Map(),
	diskMiB: new Map(),
	events: new EventEmitter().setMaxListeners(0),
	images: new Map(),
});

export const addContainer = (engine: FakeEngine, name: string, spec: WorkspaceSpec | null): FakeContainer => {
	const container: FakeContainer = {
		id: randomUUID(),
		spec,
		name,
		state: 'created',
		exitCode: null,
		outOfMemory: false,
		stoppedByUs: false,
		createdAt: new Date(),
		startedAt: null,
		logs: [],
		changes: new EventEmitter().setMaxListeners(0),
		timers: new Set(),
	};
	engine.containers.set(name, container);
	return container;
};

/** Runs what the test image would run: see `test/helpers/test-image.ts`. */
export const startContainer = (engine: FakeEngine, container: FakeContainer): void => {
	const env = container.spec?.env ?? {};
	Object.assign(container, {
		state: 'running',
		exitCode: null,
		outOfMemory: false,
		stoppedByUs: false,
		startedAt: new Date(),
	});
	changed(engine, container);
	const say = (stream: LogLine['stream'], text: string) => {
		const line = {at: new Date(), stream, text};
		container.logs.push(line);
		container.changes.emit('line', line);
	};
	const later = (seconds: number, act: () => void) => container.timers.add(setTimeout(act, seconds * 1000));
	for (const line of env.SAY?.split('\n') ?? []) say('stdout', line);
	for (const line of env.SAY_ERR?.split('\n') ?? []) say('stderr', line);
	if (env.EXIT_WITH !== undefined) later(Number(env.AFTER ?? 0), () => end(engine, container, Number(env.EXIT_WITH)));
	if (env.HOG) later(0.05, () => end(engine, container, 137, {outOfMemory: true}));
	let ticks = 0;
	if (env.TICK) container.timers.add(setInterval(() => say('stdout', `tick ${++ticks}`), 50));
};

/** A container ends: by itself, by a kill, or by a stop of ours. */
export const end = (
	engine: FakeEngine,
	container: FakeContainer,
	exitCode: number,
	how: {outOfMemory?: boolean; stoppedByUs?: boolean} = {},
): void => {
	if (container.state !== 'running') return;
	for (const timer of container.timers) clearTimeout(timer);
	container.timers.clear();
	Object.assign(container, {state: 'ended', exitCode, ...how});
	container.changes.emit('end');
	changed(engine, container);
};

export const removeContainer = (engine: FakeEngine, container: FakeContainer): void => {
	end(engine, container, 137);
	engine.containers.delete(container.name);
	changed(engine, container);
};

/** A workspace's containers, the newest generation first. */
export const containersOf = (engine: FakeEngine, workspaceId: string): FakeContainer[] =>
	[...engine.containers.values()]
		.filter(({spec}) => spec?.workspaceId === workspaceId)
		.sort((a, b) => generationOf(b) - generationOf(a));

export const generationOf = (container: FakeContainer): number => container.spec?.generation ?? 0;

export const observe = (container: FakeContainer): Observation => {
	const {exitCode, startedAt} = container;
	const base = {generation: generationOf(container), startedAt};
	if (container.state === 'created') return {...base, state: 'starting', exitCode: null, reason: null};
	if (container.state === 'running') return {...base, state: 'running', exitCode: null, reason: null};
	if (exitCode === 0 || container.stoppedByUs) return {...base, state: 'stopped', exitCode, reason: null};
	return {...base, state: 'dead', exitCode, reason: container.outOfMemory ? 'outOfMemory' : 'exited'};
};

const changed = (engine: FakeEngine, {spec}: FakeContainer): void => {
	if (spec) engine.events.emit('change', spec.workspaceId);
};
