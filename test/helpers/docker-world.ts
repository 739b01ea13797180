import {randomBytes} from 'node:crypto';
import type Dockerode from 'dockerode';
import {connect} from '../../src/containers/docker/connect.ts';
import {createDockerRuntime, type DockerRuntimeOptions} from '../../src/containers/docker/docker-runtime.ts';
import {containerName} from '../../src/containers/docker/names.ts';
import type {RuntimeWorld} from '../contracts/container-runtime.contract.ts';
import {makeTestImages} from './test-image.ts';

export const dockerHost = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
export const testRunLabels = {'io.workspace-manager.test-run': process.env.TEST_RUN_ID ?? 'local'};

const networkPool = '10.201.0.0/16';
/** A busy machine is no failure, except where a test is about time. */
const patient = {quickSeconds: 60, slowSeconds: 180};

export interface DockerWorld extends RuntimeWorld {
	/** The engine itself, past the runtime. */
	docker: Dockerode;
	installationId: string;
	/** Another runtime of the same installation, e.g. through a proxy. */
	another(options: Partial<DockerRuntimeOptions>): RuntimeWorld['runtime'];
}

/** An installation of its own on the shared engine. */
export const buildDockerWorld = async (): Promise<DockerWorld> => {
	const docker = connect(dockerHost);
	const images = await makeTestImages(docker);
	const installationId = `test-${randomBytes(4).toString('hex')}`;
	const another = (options: Partial<DockerRuntimeOptions>) =>
		createDockerRuntime({docker, installationId, networkPool, labels: testRunLabels, deadlines: patient, ...options});
	const newest = async (workspaceId: string) => {
		const label = [`io.workspace-manager.workspace=${workspaceId}`];
		const [container] = await docker.listContainers({all: true, filters: {label}});
		if (!container) throw new Error(`nothing runs for ${workspaceId}`);
		return docker.getContainer(container.Id);
	};
	return {
		docker,
		installationId,
		another,
		runtime: another({}),
		image: images.image,
		imageWithoutCommand: images.withoutCommand,
		killOutside: async workspaceId => (await newest(workspaceId)).kill(),
		removeOutside: async workspaceId => (await newest(workspaceId)).remove({force: true}),
		async plantStranger(workspaceId, generation) {
			const name = containerName(workspaceId, generation);
			const stranger = await docker.createContainer({Image: images.image, name, Labels: testRunLabels});
			return {
				isStillThere: async () => (await stranger.inspect()).State.Status === 'created',
				remove: async () => stranger.remove({force: true}),
			};
		},
		close: images.remove,
	};
};
