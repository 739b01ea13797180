import test from 'ava';
import {AppError} from '../../src/errors.ts';
import {containerRuntimeContract} from '../contracts/container-runtime.contract.ts';
import {buildWorkspace} from '../contracts/container-runtime/workspace.ts';
import {addContainer, containersOf, removeContainer} from '../fakes/fake-engine.ts';
import {createFakeRuntime} from '../fakes/fake-runtime.ts';

const buildWorld = async () => {
	const runtime = createFakeRuntime();
	runtime.addImage('obedient');
	runtime.addImage('empty', {hasCommand: false});
	return {
		runtime,
		image: 'obedient',
		imageWithoutCommand: 'empty',
		killOutside: async (workspaceId: string) => runtime.kill(workspaceId, 137),
		async removeOutside(workspaceId: string) {
			for (const container of containersOf(runtime.engine, workspaceId)) removeContainer(runtime.engine, container);
		},
		async plantStranger(workspaceId: string, generation: number) {
			const stranger = addContainer(runtime.engine, `${workspaceId}-${generation}`, null);
			return {
				isStillThere: async () => runtime.engine.containers.get(stranger.name) === stranger,
				remove: async () => removeContainer(runtime.engine, stranger),
			};
		},
		close: async () => {},
	};
};

containerRuntimeContract(buildWorld);

test('a call fails when a test wants it to, before its effect or after it', async t => {
	const world = await buildWorld();
	const workspace = buildWorkspace(t, world);
	const failure = new AppError('ENGINE_UNREACHABLE');
	world.runtime.failNext('container.apply', 'before', failure);
	t.is(await t.throwsAsync(workspace.up()), failure);
	t.is((await workspace.inspect()).state, 'absent');
	world.runtime.failNext('container.apply', 'after', failure);
	t.is(await t.throwsAsync(workspace.up()), failure);
	t.is((await workspace.inspect()).state, 'running');
	await t.notThrowsAsync(workspace.up());
});

test('a call hangs until its signal or until the runtime recovers', async t => {
	const {runtime} = await buildWorld();
	runtime.hang('ping');
	const cancelled = new AbortController();
	const hung = runtime.ping(cancelled.signal);
	cancelled.abort(new Error('cancelled'));
	await t.throwsAsync(hung, {message: 'cancelled'});
	const answered = runtime.ping(new AbortController().signal);
	runtime.recover();
	await t.notThrowsAsync(answered);
});

test('a container that is killed is dead with that code', async t => {
	const world = await buildWorld();
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	world.runtime.kill(workspace.spec.workspaceId, 9);
	t.like(await workspace.inspect(), {state: 'dead', exitCode: 9, reason: 'exited'});
});
