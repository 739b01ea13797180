import {createApiWorkspace} from '../api/workspace.ts';
import type {Contestant} from '../contestant.ts';
import {benchLabel, type World} from '../world.ts';
import {createRawWorkspace} from './raw-workspace.ts';
import {findFreeSlots} from './slots.ts';

/** How to make a workspace in either way; the two have the same settings. */
export interface Makers {
	viaApi(): ReturnType<typeof createApiWorkspace>;
	raw(): Contestant;
}

/** Makes one workspace through the API, to warm everything up and to read off it what raw ones must look like. */
export async function prepareMakers({runId, api, docker, networkPool}: World): Promise<Makers> {
	let made = 0;
	const viaApi = () => createApiWorkspace(api, `bench-${++made}`);
	const first = viaApi();
	await first.create();
	const {pinnedImage, resources} = await api.get(first.id());
	const [container] = await docker.listContainers({filters: {label: [`io.workspace-manager.workspace=${first.id()}`]}});
	if (!container || !pinnedImage)
		throw new Error('the first workspace says that it runs, but its container is not there');
	const {HostConfig} = await docker.getContainer(container.Id).inspect();
	await first.delete();

	const spec = {generation: 1, image: pinnedImage, env: {}, ...resources, healthCommand: null, readyTimeoutSeconds: 60};
	const owner = {installationId: `bench-${runId}`, extraLabels: {[benchLabel]: runId}};
	const slots = await findFreeSlots(docker, networkPool, runId);
	const openFiles = HostConfig.Ulimits?.[0]?.Hard ?? null;
	const raw = () => createRawWorkspace({docker, owner, slots, spec, openFiles});
	const second = raw();
	for (const phase of ['create', 'stop', 'start', 'delete'] as const) await second[phase]();
	return {viaApi, raw};
}
