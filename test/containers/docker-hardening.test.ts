import test from 'ava';
import {buildWorkspace} from '../contracts/container-runtime/workspace.ts';
import {buildDockerWorld, type DockerWorld} from '../helpers/docker-world.ts';

let world: DockerWorld;
test.before(async () => {
	world = await buildDockerWorld();
});
test.after.always(async () => world?.close());

test('a container that was really made is limited and may do nothing to the machine', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const {Config, HostConfig, Mounts} = await world.docker.getContainer(`wsm-${workspace.spec.workspaceId}-1`).inspect();
	t.like(HostConfig, {
		Memory: 64 * 2 ** 20,
		MemorySwap: 64 * 2 ** 20,
		NanoCpus: 500_000_000,
		PidsLimit: 64,
		Init: true,
		Privileged: false,
		PublishAllPorts: false,
		CapDrop: ['ALL'],
		CgroupnsMode: 'private',
		IpcMode: 'private',
		PidMode: '',
		UTSMode: '',
		UsernsMode: '',
		NetworkMode: `wsm-${workspace.spec.workspaceId}`,
		AutoRemove: false,
		LogConfig: {Type: 'json-file', Config: {'max-size': '10m', 'max-file': '3'}},
		Binds: null,
	} as object);
	t.is(HostConfig.RestartPolicy?.Name, 'no');
	t.deepEqual(HostConfig.CapAdd ?? [], []);
	t.deepEqual(HostConfig.SecurityOpt, ['no-new-privileges:true']);
	t.deepEqual([HostConfig.Devices ?? [], HostConfig.DeviceRequests ?? [], HostConfig.PortBindings ?? {}], [[], [], {}]);
	t.like(Config, {User: '1000:1000', WorkingDir: '/workspace', Hostname: 'payments-api', Tty: false});
	t.deepEqual(Mounts.map(({Type, Destination}) => `${Type} ${Destination}`).toSorted(), [
		'volume /home/developer',
		'volume /workspace',
	]);
});

test('a process inside has no capability, gains none, and cannot see the engine', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const look = async (script: string) => (await workspace.exec(['sh', '-c', script])).stdout.trim();
	t.is(await look('id -u'), '1000');
	t.is(await look("grep -c 'Cap...:.0*$' /proc/self/status"), '5');
	t.is(await look("grep NoNewPrivs /proc/self/status | tr -d 'A-Za-z:\\t '"), '1');
	t.is(await look("grep '^Seccomp:' /proc/self/status | tr -d 'A-Za-z:\\t '"), '2');
	t.is(await look('ls /var/run/docker.sock /run/docker.sock 2>/dev/null'), '');
	t.is(await look('touch /sys/fs/cgroup/x /proc/sys/kernel/hostname 2>/dev/null; echo $?'), '1');
});

test('secrets have a place in memory that only the user can read', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const {stdout} = await workspace.exec(['sh', '-c', 'grep " /run/secrets " /proc/mounts; ls -ldn /run/secrets']);
	t.regex(stdout, /^tmpfs \/run\/secrets tmpfs .*noexec/);
	t.regex(stdout, /^drwx------ .* 1000 +1000 /m);
});

test('workspaces that come up at once have subnets of their own, from the pool', async t => {
	const workspaces = Array.from({length: 16}, () => buildWorkspace(t, world));
	await Promise.all(workspaces.map(async workspace => workspace.apply('network')));
	const subnets = await Promise.all(
		workspaces.map(async ({spec}) => {
			const network = await world.docker.getNetwork(`wsm-${spec.workspaceId}`).inspect();
			t.like(network, {Internal: false, Driver: 'bridge'});
			t.is(network.Options?.['com.docker.network.bridge.enable_icc'], 'false');
			return network.IPAM?.Config?.[0]?.Subnet ?? 'none';
		}),
	);
	t.is(new Set(subnets).size, 16);
	t.true(subnets.every(subnet => /^10\.201\.\d+\.\d+\/29$/.test(subnet)));
});

test('a pool that is used up says so, and what comes back can be used again', async t => {
	const runtime = world.another({networkPool: '10.203.99.0/28'});
	const [first, second, third] = [1, 2, 3].map(() => buildWorkspace(t, {...world, runtime}));
	if (!first || !second || !third) return t.fail();
	await first.apply('network');
	await second.apply('network');
	await t.throwsAsync(third.apply('network'), {message: 'ADDRESS_POOL_EXHAUSTED'});
	await first.revert('network');
	await t.notThrowsAsync(third.apply('network'));
});
