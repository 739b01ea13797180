import {randomBytes} from 'node:crypto';
import test from 'ava';
import {buildWorkspace} from '../contracts/container-runtime/workspace.ts';
import {buildDockerWorld, testRunLabels, type DockerWorld} from '../helpers/docker-world.ts';

let world: DockerWorld;
test.before(async () => {
	world = await buildDockerWorld();
});
test.after.always(async () => world?.close());

for (const stopped of [true, false]) {
	const how = stopped ? 'was stopped' : 'died';
	test(`a container that ${how} starts again although its network was removed`, async t => {
		const workspace = buildWorkspace(t, world);
		const network = world.docker.getNetwork(`wsm-${workspace.spec.workspaceId}`);
		await workspace.up();
		for (const again of [workspace.up, workspace.start]) {
			if (stopped) await workspace.stop();
			else await world.killOutside(workspace.spec.workspaceId);
			await network.remove().catch(() => network.remove());
			await again();
			t.is((await workspace.inspect()).state, 'running');
			t.is(Object.keys((await network.inspect()).Containers ?? {}).length, 1);
		}
	});
}

test('a container that was started by hand while a newer one should run gives way', async t => {
	const workspace = buildWorkspace(t, world);
	const container = (generation: number) =>
		world.docker.getContainer(`wsm-${workspace.spec.workspaceId}-${generation}`);
	await workspace.up();
	await workspace.up({generation: 2});
	// The engine itself refuses to run two: the network has one address.
	const network = world.docker.getNetwork(`wsm-${workspace.spec.workspaceId}`);
	await network.connect({Container: container(1).id});
	await t.throwsAsync(container(1).start(), {message: /no available IPv4 addresses/});
	await container(2).stop({t: 1});
	await container(1).start();
	await workspace.up({generation: 2});
	t.false((await container(1).inspect()).State.Running);
	t.true((await container(2).inspect()).State.Running);
});

test('a network is removed with our containers on it, but not with those of a stranger', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const {workspaceId} = workspace.spec;
	await workspace.revert('network');
	t.false((await workspace.list()).some(({type}) => type === 'network'));
	await workspace.stop();
	await workspace.up();
	const {Id} = await world.docker.getNetwork(`wsm-${workspaceId}`).inspect();
	const name = `stranger-${randomBytes(4).toString('hex')}`;
	await workspace.stop();
	const stranger = await world.docker.createContainer({
		name,
		Image: world.image,
		Labels: testRunLabels,
		HostConfig: {NetworkMode: Id},
	});
	t.teardown(async () => stranger.remove({force: true}).catch(() => {}));
	await stranger.start();
	await t.throwsAsync(workspace.revert('network'), {message: 'OBJECT_IN_USE'});
	t.true((await stranger.inspect()).State.Running);
	await stranger.remove({force: true});
	await workspace.revert('network');
});

test("another installation's objects of the same workspace are not seen and not touched", async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const runtime = world.another({installationId: 'another'});
	const {context, spec} = workspace;
	t.deepEqual(await runtime.list({}, context.signal), []);
	t.is((await runtime.inspect(spec.workspaceId, context.signal)).state, 'absent');
	for (const step of runtime.steps.toReversed()) await step.revert(spec, context);
	const refusals = ['NAME_TAKEN_BY_STRANGER', 'NAME_TAKEN_BY_STRANGER', 'FILES_MISSING'];
	for (const [index, message] of refusals.entries()) {
		await t.throwsAsync(runtime.steps[index]!.apply(spec, context), {message}, message);
	}
	t.is((await workspace.inspect()).state, 'running');
	t.is((await workspace.list()).length, 4);
});

test('volumes that only dead containers of ours hold are removed, those of a running one are not', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	await t.throwsAsync(workspace.revert('volume'), {message: 'OBJECT_IN_USE'});
	t.is((await workspace.inspect()).state, 'running');
	await workspace.stop();
	await workspace.revert('volume');
	t.deepEqual(
		(await workspace.list()).map(({type}) => type),
		['network'],
	);
});

test('an image whose registry does not answer is not found, and says why', async t => {
	const {context} = buildWorkspace(t, world);
	const error = await t.throwsAsync(world.runtime.pinImage('localhost:1/nothing', context), {
		message: 'IMAGE_NOT_FOUND',
	});
	t.like(error, {params: {image: 'localhost:1/nothing', reason: 'registryUnreachable'}});
});
