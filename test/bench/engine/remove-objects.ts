import type Dockerode from 'dockerode';

/** Removes whatever in the engine carries the label (`name=value`), and answers how many objects that were. */
export async function removeObjects(docker: Dockerode, label: string): Promise<number> {
	const filters = {label: [label]};
	const containers = await docker.listContainers({all: true, filters});
	for (const {Id} of containers) await unlessAbsent(docker.getContainer(Id).remove({force: true, v: true}));
	const networks = await docker.listNetworks({filters});
	for (const {Id} of networks) await unlessAbsent(docker.getNetwork(Id).remove());
	const {Volumes: volumes} = await docker.listVolumes({filters});
	for (const {Name} of volumes ?? []) await unlessAbsent(docker.getVolume(Name).remove({force: true}));
	return containers.length + networks.length + (volumes ?? []).length;
}

async function unlessAbsent(removal: Promise<unknown>): Promise<void> {
	await removal.catch((error: {statusCode?: number}) => {
		if (error.statusCode !== 404) throw error;
	});
}
