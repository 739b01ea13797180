import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {connect} from '../../src/containers/docker/connect.ts';

const run = promisify(execFile);

export interface GitServer {
	url: string;
	/** The subject of the only commit on the branch. */
	subjects: Record<string, string>;
	close(): Promise<void>;
}

/** A repository with branches `main` and `feature`, served to the containers of this machine as plain files, which is all that git needs. */
export const startGitServer = async (): Promise<GitServer> => {
	const folder = await mkdtemp(path.join(tmpdir(), 'git-server-'));
	const git = (...args: string[]) =>
		run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {cwd: folder});
	await git('init', '-q', '-b', 'main');
	await git('commit', '-q', '--allow-empty', '-m', 'First commit');
	await git('checkout', '-q', '-b', 'feature');
	await git('commit', '-q', '--allow-empty', '-m', 'On the branch');
	await git('checkout', '-q', 'main');
	await git('update-server-info');

	const server = createServer((request, response) => {
		const file = path.join(folder, '.git', new URL(request.url!, 'http://x').pathname.replace('/project.git/', ''));
		readFile(file).then(
			content => response.end(content),
			() => response.writeHead(404).end(),
		);
	});
	const address = await bridgeAddress();
	await new Promise<void>(resolve => server.listen(0, address, resolve));
	return {
		url: `http://${address}:${(server.address() as AddressInfo).port}/project.git`,
		subjects: {main: 'First commit', feature: 'On the branch'},
		async close() {
			server.closeAllConnections();
			server.close();
			await rm(folder, {recursive: true, force: true});
		},
	};
};

/** The address of this machine on the engine's own bridge: reachable from containers, from nowhere else. */
const bridgeAddress = async (): Promise<string> => {
	const docker = connect(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
	const bridge = (await docker.getNetwork('bridge').inspect()) as {
		IPAM: {Config: {Subnet?: string; Gateway?: string}[]};
	};
	const [config] = bridge.IPAM.Config;
	// Until a container has used it, the engine does not say the gateway; it is the first address.
	const address = config?.Gateway ?? config?.Subnet?.replace(/\.\d+\/\d+$/, '.1');
	if (!address) throw new Error('The engine has no default bridge network.');
	return address;
};
