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

test('a stream breaks when a test wants it to: before its first byte, in the middle, after its last', async t => {
	const world = await buildWorld();
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const failure = new AppError('ENGINE_UNREACHABLE');
	const read = async (script: string) => {
		let text = '';
		try {
			for await (const bytes of workspace.stream(['sh', '-c', script])) text += Buffer.from(bytes).toString();
		} catch (error) {
			return {text, error: (error as Error).message};
		}
		return {text, error: null};
	};
	world.runtime.failNext('execStream', 'before', failure);
	t.deepEqual(await read('echo one'), {text: '', error: 'ENGINE_UNREACHABLE'});
	world.runtime.failNext('execStream', 'after', failure);
	t.deepEqual(await read('echo one'), {text: 'one\n', error: 'ENGINE_UNREACHABLE'});
	const cut = read('echo one; sleep 5; echo two');
	setTimeout(() => world.runtime.cutStreams(workspace.spec.workspaceId), 100);
	t.deepEqual(await cut, {text: 'one\n', error: 'ENGINE_UNREACHABLE'});
	t.deepEqual(await read('echo one; echo two'), {text: 'one\ntwo\n', error: null});
});
