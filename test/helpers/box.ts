import type {Duplex} from 'node:stream';
import type Dockerode from 'dockerode';
import {connect} from '../../src/containers/docker/connect.ts';
import {createEngine} from '../../src/containers/docker/engine.ts';
import {runCommand} from '../../src/containers/docker/exec/exec.ts';
import {createFrameDecoder} from '../../src/containers/docker/exec/frames.ts';
import {containerConfig} from '../../src/containers/docker/steps/container-config.ts';
import type {ExecCommand, ExecResult} from '../../src/containers/container-runtime.ts';
import {dockerHost, testRunLabels} from './docker-world.ts';

export interface BoxOptions {
	memoryMiB?: number;
	/** Paths and their mount options. */
	tmpfs?: Record<string, string>;
	/** Folders of this machine, readable at a path inside. */
	readOnly?: Record<string, string>;
	env?: Record<string, string>;
}

export interface Box {
	container: Dockerode.Container;
	/** A command, as the product runs one in a workspace. */
	run(command: string[], options?: Partial<ExecCommand>): Promise<ExecResult>;
	/** A command's standard output, as it comes. */
	open(command: string[]): Promise<{output: AsyncIterable<string>; cut(): void}>;
	remove(): Promise<void>;
}

/** A container that is hardened as a workspace's is, and has no network: nothing leaves it. */
export const startBox = async ({
	memoryMiB = 1024,
	tmpfs = {},
	readOnly = {},
	env = {},
}: BoxOptions = {}): Promise<Box> => {
	const docker = connect(dockerHost);
	const owner = {installationId: 'test-box', extraLabels: testRunLabels};
	const spec = {
		workspaceId: 'box',
		name: 'box',
		generation: 1,
		image: process.env.WORKSPACE_IMAGE ?? 'workspace-manager/workspace:latest',
		env,
		cpus: 2,
		memoryMiB,
		pids: 512,
		healthCommand: null,
		readyTimeoutSeconds: 1,
	};
	const {HostConfig, ...config} = containerConfig(owner, spec, null);
	const container = await docker.createContainer({
		...config,
		Labels: testRunLabels,
		HostConfig: {
			...HostConfig,
			NetworkMode: 'none',
			Mounts: [],
			Binds: Object.entries(readOnly).map(([target, source]) => `${source}:${target}:ro`),
			Tmpfs: {...HostConfig.Tmpfs, ...tmpfs},
		},
	} as Dockerode.ContainerCreateOptions);
	const remove = async () => container.remove({force: true, v: true});
	await container.start().catch(async (error: unknown) => {
		await remove();
		throw error;
	});
	const engine = createEngine({
		...owner,
		docker,
		networkPool: '10.201.0.0/16',
		openFiles: null,
		deadlines: {quickSeconds: 60, slowSeconds: 180, lookSeconds: 60},
	});
	return {
		container,
		run: (command, options = {}) =>
			runCommand(
				engine,
				container.id,
				{command, timeoutSeconds: 120, maxOutputBytes: 16_000_000, ...options},
				new AbortController().signal,
			),
		async open(command) {
			const exec = await container.exec({Cmd: command, AttachStdout: true, AttachStderr: true});
			const stream = await exec.start({hijack: true, stdin: false});
			return {output: standardOutput(stream), cut: () => void stream.destroy()};
		},
		remove,
	};
};

const standardOutput = async function* (stream: Duplex): AsyncIterable<string> {
	const decode = createFrameDecoder();
	for await (const chunk of stream)
		for (const {stream: name, payload} of decode(chunk as Buffer)) if (name === 'stdout') yield payload.toString();
};
