import {randomUUID} from 'node:crypto';
import type Dockerode from 'dockerode';
import type {WorkspaceSpec} from '../../../src/containers/container-runtime.ts';
import type {Owner} from '../../../src/containers/docker/labels.ts';
import {containerName, volumeName, volumeUses, type VolumeUse} from '../../../src/containers/docker/names.ts';
import {containerConfig} from '../../../src/containers/docker/steps/container-config.ts';
import {networkConfig} from '../../../src/containers/docker/steps/network-config.ts';
import {subnetAt} from '../../../src/containers/docker/steps/subnet.ts';
import {labelsFor} from '../../../src/containers/docker/labels.ts';
import type {Contestant} from '../contestant.ts';
import type {Slots} from './slots.ts';

/** What raw workspaces have in common: the same settings as the workspace that the API made first. */
export interface RawSettings {
	docker: Dockerode;
	owner: Owner;
	slots: Slots;
	spec: Omit<WorkspaceSpec, 'workspaceId' | 'name'>;
	openFiles: number | null;
}

/** The same network, volumes and container as the product makes, described by the same functions, with the fewest calls that do it. */
export function createRawWorkspace({docker, owner, slots, spec, openFiles}: RawSettings): Contestant {
	const workspaceId = randomUUID();
	const container = () => docker.getContainer(containerName(workspaceId, spec.generation));
	const network = networkConfig(owner, workspaceId, subnetAt(slots.pool, slots.take()));
	const volumes = (Object.keys(volumeUses) as VolumeUse[]).map(use => volumeName(workspaceId, use));
	const config = containerConfig(owner, {...spec, workspaceId, name: 'bench'}, openFiles);

	return {
		async create() {
			await docker.createNetwork(network);
			const Labels = labelsFor(owner, workspaceId);
			await Promise.all(volumes.map(Name => docker.createVolume({Name, Driver: 'local', Labels})));
			// An object: the client's types want literals where ours say string.
			const options: object = {name: containerName(workspaceId, spec.generation), ...config};
			const created = await docker.createContainer(options);
			await created.start();
		},
		stop: async () => container().stop({t: 10}),
		start: async () => container().start(),
		async delete() {
			await container().remove({force: true, v: true});
			await docker.getNetwork(network.Name).remove();
			await Promise.all(volumes.map(name => docker.getVolume(name).remove()));
		},
	};
}
