import test from 'ava';
import {buildWorkspace} from '../contracts/container-runtime/workspace.ts';
import {buildDockerWorld, type DockerWorld} from '../helpers/docker-world.ts';

let world: DockerWorld;
test.before(async () => {
	world = await buildDockerWorld();
});
test.after.always(async () => world?.close());

type Workspace = ReturnType<typeof buildWorkspace>;

const port = '7000';
const tries = 40;

/** Listens on a port for a while. */
const server = `require('net').createServer(socket => socket.end()).listen(${port}, () => console.log('open')); setTimeout(() => process.exit(), 25000)`;

/** Tries again and again to connect, and says how often it could. */
const client = `
	const [host, tries] = process.argv.slice(1);
	let reached = 0;
	const attempt = left => {
		if (left === 0) return console.log(reached);
		const socket = require('net').connect({host, port: ${port}, timeout: 100});
		const next = () => (socket.destroy(), attempt(left - 1));
		socket.once('connect', () => (reached++, next())).once('timeout', next).once('error', next);
	};
	attempt(Number(tries));
`;

const addressOf = async ({spec}: Workspace): Promise<string> => {
	const name = `wsm-${spec.workspaceId}`;
	const {NetworkSettings} = await world.docker.getContainer(`${name}-1`).inspect();
	return NetworkSettings.Networks[name]?.IPAddress ?? 'none';
};

/** How many of the attempts from one workspace reached a host. */
const reach = async (from: Workspace, host: string): Promise<number> => {
	const {stdout} = await from.exec(['node', '-e', client, host, String(tries)]);
	return Number(stdout);
};

// Also while other tests make and remove networks, when engines before 28 open their own rule for a moment: see stack/isolation.ts.
test('a workspace does not reach another', async t => {
	const one = buildWorkspace(t, world);
	const other = buildWorkspace(t, world);
	await Promise.all([one.up(), other.up()]);
	const address = await addressOf(other);
	t.regex(address, /^10\.201\./);
	const serving = other.exec(['node', '-e', server], {timeoutSeconds: 40});
	await new Promise(resolve => setTimeout(resolve, 1000));
	t.is(await reach(one, address), 0);
	// There was something to be reached.
	t.is(await reach(other, address), tries);
	await other.stop();
	await serving;
});
