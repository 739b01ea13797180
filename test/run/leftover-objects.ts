import type Docker from 'dockerode';

/** Carried, with the id of the run, by every object that tests make in the engine. */
export const testRunLabel = 'io.workspace-manager.test-run';

/** Finds what a run left in the engine, removes it, and answers what it was. */
export async function removeLeftoverObjects(docker: Docker, runId: string): Promise<string[]> {
	const filters = {label: [`${testRunLabel}=${runId}`]};
	const containers = await docker.listContainers({all: true, filters});
	for (const {Id} of containers) await ignoreAbsent(docker.getContainer(Id).remove({force: true, v: true}));
	const networks = await docker.listNetworks({filters});
	for (const {Id} of networks) await ignoreAbsent(docker.getNetwork(Id).remove());
	const {Volumes: volumes} = await docker.listVolumes({filters});
	for (const {Name} of volumes ?? []) await ignoreAbsent(docker.getVolume(Name).remove({force: true}));
	return [
		...containers.map(({Names, State}) => `container ${Names[0]?.slice(1)} (${State})`),
		...networks.map(({Name}) => `network ${Name}`),
		...(volumes ?? []).map(({Name}) => `volume ${Name}`),
	];
}

async function ignoreAbsent(removal: Promise<unknown>): Promise<void> {
	await removal.catch((error: {statusCode?: number}) => {
		if (error.statusCode !== 404) throw error;
	});
}
