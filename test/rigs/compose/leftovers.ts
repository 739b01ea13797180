import {rmSync} from 'node:fs';
import {Problem} from '../../../stack/problem.ts';
import type {Composition} from './composition.ts';
import {label} from './settings.ts';

/** Removes all that the composition and its workspaces made. Rejects when something is still there, or workspaces had left something. */
export const removeEverything = async (composition: Composition): Promise<void> => {
	const {docker, compose, settings, id, folder} = composition;
	composition.withOverlay(false);
	const hadLeft = await ofWorkspaces(composition);
	await compose(['--profile', 'keycloak', 'down', '--volumes', '--remove-orphans', '--timeout', '10'], 180_000);
	await removeOfWorkspaces(composition);
	const pool = settings['NETWORK_POOL']!;
	const tag = settings['MANAGER_TAG']!;
	await removeRule(composition, `workspace-manager/isolation:${tag}`, pool);
	const images = lines(await docker(['images', '-q', '--filter', `reference=workspace-manager/*:compose-${id}*`]));
	if (images.length > 0) await docker(['rmi', '-f', ...new Set(images)]);
	const project = `label=com.docker.compose.project=${settings['COMPOSE_PROJECT_NAME']}`;
	const left = [...(await objects(composition, project)), ...(await ofWorkspaces(composition))];
	rmSync(folder, {recursive: true, force: true});
	if (left.length > 0) throw new Problem(`Still there: ${left.join(', ')}`);
	if (hadLeft.length > 0) throw new Problem(`Deleted workspaces had left: ${hadLeft.join(', ')}`);
};

/** The service leaves its rule there, for workspaces that run on. */
const removeRule = async ({docker}: Composition, image: string, pool: string): Promise<void> => {
	if ((await docker(['images', '-q', image])) === '') return;
	const removal = `while iptables -w -t raw -D PREROUTING -s ${pool} -d ${pool} -j DROP 2>/dev/null; do :; done`;
	const inHost = ['run', '--rm', '--network', 'host', '--cap-add', 'NET_ADMIN', '--entrypoint', 'sh'];
	await docker([...inHost, image, '-c', removal]);
};

const lists = {container: ['ps', '-aq'], network: ['network', 'ls', '-q'], volume: ['volume', 'ls', '-q']};
const removals = {container: ['rm', '-f'], network: ['network', 'rm'], volume: ['volume', 'rm', '-f']};
const kinds = ['container', 'network', 'volume'] as const;

const objects = async ({docker}: Composition, filter: string): Promise<string[]> =>
	(
		await Promise.all(
			kinds.map(async kind => lines(await docker([...lists[kind], '--filter', filter])).map(name => `${kind} ${name}`)),
		)
	).flat();

/** What workspaces of this run have in the engine, as `kind name`. */
export const ofWorkspaces = (composition: Composition): Promise<string[]> =>
	objects(composition, `label=${label(composition.id)}`);

const removeOfWorkspaces = async (composition: Composition): Promise<void> => {
	for (const kind of kinds) {
		const names = lines(await composition.docker([...lists[kind], '--filter', `label=${label(composition.id)}`]));
		if (names.length > 0) await composition.docker([...removals[kind], ...names]);
	}
};

const lines = (text: string): string[] => text.split('\n').filter(line => line !== '');
