import test from 'ava';
import {containerConfig} from '../../src/containers/docker/steps/container-config.ts';
import {networkConfig} from '../../src/containers/docker/steps/network-config.ts';

const owner = {installationId: 'home', extraLabels: {team: 'blue'}};
const spec = {
	workspaceId: 'w1',
	name: 'payments-api',
	generation: 4,
	image: 'sha256:abc',
	env: {COLOUR: 'a=b c'},
	cpus: 1.5,
	memoryMiB: 512,
	pids: 256,
	healthCommand: null,
	readyTimeoutSeconds: 10,
};

test('a container gets the limits of its workspace', t => {
	const {HostConfig, ...config} = containerConfig(owner, spec);
	t.like(HostConfig, {Memory: 536_870_912, MemorySwap: 536_870_912, NanoCpus: 1_500_000_000, PidsLimit: 256});
	t.deepEqual(HostConfig.Ulimits, [{Name: 'nofile', Soft: 65_536, Hard: 65_536}]);
	t.deepEqual(containerConfig(owner, spec, null).HostConfig.Ulimits, []);
	t.like(config, {Image: 'sha256:abc', Hostname: 'payments-api', User: '1000:1000', WorkingDir: '/workspace'});
	t.deepEqual(config.Env, ['HOME=/home/developer', 'COLOUR=a=b c']);
	// The image's own command.
	t.false('Cmd' in config || 'Entrypoint' in config);
});

test('a container carries whose it is, and stands on its own network with its own files', t => {
	const {Labels, HostConfig} = containerConfig(owner, spec);
	t.deepEqual(Labels, {
		team: 'blue',
		'io.workspace-manager.installation': 'home',
		'io.workspace-manager.workspace': 'w1',
		'io.workspace-manager.generation': '4',
	});
	t.is(HostConfig.NetworkMode, 'wsm-w1');
	t.deepEqual(
		HostConfig.Mounts.map(({Source, Target}) => `${Source} ${Target}`),
		['wsm-w1-workspace /workspace', 'wsm-w1-home /home/developer'],
	);
});

test('a network has one address to give, so that two containers of a workspace never run', t => {
	const subnet = {subnet: '10.201.0.8/29', gateway: '10.201.0.9', container: '10.201.0.10'};
	const config = networkConfig(owner, 'w1', subnet);
	t.deepEqual(config.IPAM.Config, [{Subnet: '10.201.0.8/29', Gateway: '10.201.0.9', IPRange: '10.201.0.10/32'}]);
	t.is(config.Options['com.docker.network.bridge.enable_icc'], 'false');
	t.false('io.workspace-manager.generation' in config.Labels);
});
