import assert from 'node:assert/strict';
import {appendFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {type Composition, eventually} from './composition.ts';
import {signIn} from './sign-in-step.ts';
import {ofWorkspaces} from './leftovers.ts';

export interface Step {
	title: string;
	seconds: number;
	run(composition: Composition): Promise<void>;
}

/** One after the other; each goes on where the one before it stopped. */
export const steps: readonly Step[] = [
	{
		title: 'docker compose build',
		seconds: 1200,
		async run({compose}) {
			await compose(['build'], 1_200_000);
		},
	},
	{
		title: 'up on empty volumes: every service is healthy, settings arrive, workspaces are kept apart',
		seconds: 600,
		async run(composition) {
			const {compose, settings, api} = composition;
			await up(composition);
			assert.equal((await api('GET', '/health')).status, 'healthy');
			for (const service of ['workspace-manager', 'worker'])
				for (const name of ['NETWORK_POOL', 'JOB_MINIMUM_SECONDS', 'CONTAINER_LABELS'])
					assert.equal(await compose(['exec', '-T', service, 'printenv', name]), settings[name]);
			await compose(['exec', '-T', 'isolation', 'isolate', 'check']);
		},
	},
	{
		title: 'operators read measurements of both processes, and nobody outside does',
		seconds: 60,
		async run({compose, container, inspect}) {
			for (const service of ['workspace-manager', 'worker']) {
				const read = `fetch('http://${service}:9464/metrics').then(answer => answer.text()).then(console.log)`;
				const text = await compose(['exec', '-T', 'workspace-manager', 'node', '-e', read]);
				assert.match(text, service === 'worker' ? /wsm_worker_running\{[^}]*\} 1/ : /http_request_duration_seconds/);
				assert.doesNotMatch(await inspect(await container(service), '{{json .HostConfig.PortBindings}}'), /9464/);
			}
		},
	},
	{
		title: 'a workspace is created, and a command runs in it',
		seconds: 180,
		async run(composition) {
			const {api, memory} = composition;
			const {id} = await api('POST', '/api/v1/workspaces', {body: {name: 'kept'}});
			memory['workspace'] = id;
			await atRest(composition, id, 'running');
			assert.equal(await inWorkspace(composition, 'echo kept > kept.txt && id -u'), '1000');
			memory['container'] = await containerOf(composition, id);
		},
	},
	{
		title: 'the worker is killed in the middle of a create: it ends, with one container',
		seconds: 240,
		async run(composition) {
			const {api, compose, container, inspect, docker} = composition;
			const worker = await container('worker');
			const restarts = Number(await inspect(worker, '{{.RestartCount}}'));
			const body = {name: 'interrupted', setupScript: 'sleep 5; echo done > done.txt'};
			const {id} = await api('POST', '/api/v1/workspaces', {body});
			await eventually('a step of the create runs', 60, async () => {
				const {operation} = await api('GET', `/api/v1/workspaces/${id}`);
				return operation?.status === 'running';
			});
			await compose(['exec', '-T', 'worker', 'sh', '-c', killNode]).catch(() => '');
			await eventually(
				'Docker starts the worker again',
				60,
				async () => Number(await inspect(worker, '{{.RestartCount}}')) > restarts,
			);
			await atRest(composition, id, 'running');
			const containers = await docker(['ps', '-aq', '--filter', `name=wsm-${id}-`]);
			assert.equal(containers.split('\n').length, 1);
			await remove(composition, id);
		},
	},
	{
		title: 'a new MANAGER_TAG replaces API and worker; the workspace is untouched',
		seconds: 1500,
		async run(composition) {
			const {folder, settings, configure, compose} = composition;
			writeFileSync(path.join(folder, 'src/release.txt'), 'second\n');
			configure({MANAGER_TAG: `${settings['MANAGER_TAG']}-second`});
			await compose(['build'], 1_200_000);
			await up(composition);
			for (const service of ['workspace-manager', 'worker'])
				assert.equal(await compose(['exec', '-T', service, 'cat', 'src/release.txt']), 'second');
			await isUntouched(composition);
		},
	},
	{
		title: 'down, then up: the workspace ran on, and everything is known',
		seconds: 600,
		async run(composition) {
			const {compose, memory, inspect} = composition;
			await compose(['down'], 180_000);
			assert.equal(await inspect(memory['container']!, '{{.State.Running}}'), 'true');
			await up(composition);
			await isUntouched(composition);
		},
	},
	{
		title: 'the development overlay: a saved file restarts API and worker, and both work',
		seconds: 600,
		run: reload,
	},
	{title: 'the profile keycloak: its realm signs people in', seconds: 1200, run: signIn},
	{
		title: 'delete leaves nothing in the engine',
		seconds: 300,
		async run(composition) {
			const {configure, memory} = composition;
			configure({ENABLE_AUTH: 'false'});
			await up(composition);
			await remove(composition, memory['workspace']!);
			assert.deepEqual(await ofWorkspaces(composition), []);
		},
	},
];

const up = async ({compose}: Composition): Promise<void> => {
	await compose(['up', '-d'], 500_000);
	for (const service of ['workspace-manager', 'worker']) await healthy({compose}, service);
};

const healthy = ({compose}: Pick<Composition, 'compose'>, service: string): Promise<void> =>
	eventually(
		`${service} is healthy`,
		180,
		async () =>
			(await compose(['ps', '--format', '{{.Health}}', service])).includes('healthy') &&
			!(await compose(['ps', '--format', '{{.Health}}', service])).includes('unhealthy'),
	);

const atRest = ({api}: Composition, id: string, status: string): Promise<void> =>
	eventually(`the workspace is ${status}`, 150, async () => {
		const workspace = await api('GET', `/api/v1/workspaces/${id}`);
		return workspace.status === status && workspace.operation === null;
	});

const inWorkspace = async ({api, memory}: Composition, script: string): Promise<string> => {
	const body = {command: ['sh', '-c', script]};
	const {exitCode, stdout} = await api('POST', `/api/v1/workspaces/${memory['workspace']}/exec`, {body});
	assert.equal(exitCode, 0);
	return String(stdout).trim();
};

const containerOf = ({docker}: Composition, id: string): Promise<string> =>
	docker(['ps', '-q', '--no-trunc', '--filter', `name=wsm-${id}-`]);

const isUntouched = async (composition: Composition): Promise<void> => {
	const {memory, inspect} = composition;
	assert.equal(await containerOf(composition, memory['workspace']!), memory['container']);
	assert.equal(await inspect(memory['container']!, '{{.RestartCount}}'), '0');
	await eventually('a command runs', 60, async () => (await inWorkspace(composition, 'cat kept.txt')) === 'kept');
};

const remove = async ({api, docker}: Composition, id: string): Promise<void> => {
	await api('DELETE', `/api/v1/workspaces/${id}`);
	await eventually(
		'the workspace is gone',
		120,
		async () =>
			(await docker(['ps', '-aq', '--filter', `name=wsm-${id}-`])) === '' &&
			(await docker(['volume', 'ls', '-q', '--filter', `name=${id}`])) === '' &&
			(await docker(['network', 'ls', '-q', '--filter', `name=${id}`])) === '',
	);
};

/** The process that an engine's `kill` would not be restarted after: the program itself, not what starts it. */
const killNode = 'for p in /proc/[0-9]*; do case "$(readlink $p/exe)" in */node) kill -9 ${p#/proc/};; esac; done';

async function reload(composition: Composition): Promise<void> {
	const {folder, compose, api, memory, container, inspect} = composition;
	composition.withOverlay(true);
	await up(composition);
	const count = async (service: string, word: string) =>
		(await compose(['logs', '--no-color', '--no-log-prefix', service])).split(word).length - 1;
	const readyWord = {'workspace-manager': '"msg":"listening on', worker: '"msg":"ready"'};
	for (const [service, file] of [
		['workspace-manager', 'src/version.ts'],
		['worker', 'workflows/index.ts'],
	] as const) {
		const before = await count(service, readyWord[service]);
		const secret = path.join(folder, path.dirname(file), '.editor-swap');
		// As an editor does: a file that only its owner may read, for a moment.
		writeFileSync(secret, 'x', {mode: 0o600});
		appendFileSync(path.join(folder, file), '\n// saved\n');
		rmSync(secret);
		await eventually(`${service} starts again`, 120, async () => (await count(service, readyWord[service])) > before);
		await healthy(composition, service);
		assert.equal(await inspect(await container(service), '{{.RestartCount}}'), '0');
	}
	await api('POST', `/api/v1/workspaces/${memory['workspace']}/restart`);
	await atRest(composition, memory['workspace']!, 'running');
	memory['container'] = await containerOf(composition, memory['workspace']!);
	composition.withOverlay(false);
	await up(composition);
}
