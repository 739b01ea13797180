import test from 'ava';
import type {AppError} from '../../../src/errors.ts';
import type {RuntimeWorld} from '../container-runtime.contract.ts';
import {buildWorkspace} from './workspace.ts';

/** Every failure has a name. */
export const failureContract = (build: () => Promise<RuntimeWorld>): void => {
	test('an image that does not exist is IMAGE_NOT_FOUND', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world, {image: 'wsm-test/no-such-image:1'});
		const error = await t.throwsAsync(workspace.up(), {message: 'IMAGE_NOT_FOUND'});
		t.like(error, {params: {image: 'wsm-test/no-such-image:1'}});
		t.is((await workspace.inspect()).state, 'absent');
		const missing = `sha256:${'0'.repeat(64)}`;
		await t.throwsAsync(world.runtime.pinImage(missing, workspace.context), {message: 'IMAGE_NOT_FOUND'});
	});

	test('a pinned image is the same on every question, and runs', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		const pinned = await world.runtime.pinImage(world.image, workspace.context);
		t.regex(pinned, /sha256:[0-9a-f]{64}$/);
		t.is(await world.runtime.pinImage(world.image, workspace.context), pinned);
		t.is(await world.runtime.pinImage(pinned, workspace.context), pinned);
		await workspace.up({image: pinned});
		t.is((await workspace.inspect()).state, 'running');
	});

	test('an image without a command is IMAGE_WITHOUT_COMMAND', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world, {image: world.imageWithoutCommand});
		await t.throwsAsync(workspace.up(), {message: 'IMAGE_WITHOUT_COMMAND'});
	});

	test('a container that ends while it should become ready is EXITED with its code', async t => {
		const env = {EXIT_WITH: '7', AFTER: '0.3'};
		const workspace = buildWorkspace(t, await build(), {env, healthCommand: ['false']});
		const error = await t.throwsAsync(workspace.up(), {message: 'EXITED'});
		t.like(error, {params: {exitCode: 7}});
	});

	test('a container that takes more memory than it may is OUT_OF_MEMORY', async t => {
		const world = await build();
		const codes: string[] = [];
		// An engine on cgroup v1 misses about one in twelve on a busy machine, and knows only of a kill.
		while (codes.at(-1) !== 'OUT_OF_MEMORY' && codes.length < 6) {
			const workspace = buildWorkspace(t, world, {env: {HOG: '1'}, healthCommand: ['false'], memoryMiB: 16});
			const error = await t.throwsAsync<AppError>(workspace.up());
			const {code} = error!;
			codes.push(code);
			const reason = code === 'OUT_OF_MEMORY' ? 'outOfMemory' : 'exited';
			t.like(await workspace.inspect(), {state: 'dead', exitCode: 137, reason});
		}
		t.is(codes.at(-1), 'OUT_OF_MEMORY', codes.join(', '));
		t.true(
			codes.slice(0, -1).every(code => code === 'EXITED'),
			codes.join(', '),
		);
	});

	test('a health command that never succeeds is NOT_READY_IN_TIME, with what it said last', async t => {
		const healthCommand = ['sh', '-c', 'echo not yet; exit 1'];
		const workspace = buildWorkspace(t, await build(), {healthCommand, readyTimeoutSeconds: 1});
		const error = await t.throwsAsync(workspace.up(), {message: 'NOT_READY_IN_TIME'});
		t.like(error, {params: {seconds: 1, output: 'not yet'}});
	});

	test('a health command that succeeds makes the workspace ready', async t => {
		const workspace = buildWorkspace(t, await build(), {healthCommand: ['true']});
		await t.notThrowsAsync(workspace.up());
	});

	test("a stranger's object of our name is neither adopted nor touched", async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		const stranger = await world.plantStranger(workspace.spec.workspaceId, 1);
		t.teardown(async () => stranger.remove());
		await t.throwsAsync(workspace.up(), {message: 'NAME_TAKEN_BY_STRANGER'});
		await t.throwsAsync(workspace.start(), {message: 'CONTAINER_NOT_FOUND'});
		await workspace.stop();
		await workspace.down();
		t.is((await workspace.inspect()).state, 'absent');
		t.true(await stranger.isStillThere());
	});

	test('an abort ends a wait at once', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world, {healthCommand: ['false']});
		const cancelled = new AbortController();
		const reason = new Error('cancelled by a person');
		const context = {signal: cancelled.signal, progress() {}};
		for (const {name} of world.runtime.steps) if (name !== 'ready') await workspace.apply(name);
		const ready = world.runtime.steps.find(({name}) => name === 'ready');
		if (!ready) return t.fail();
		setTimeout(() => cancelled.abort(reason), 500);
		const started = Date.now();
		t.is(await t.throwsAsync(ready.apply(workspace.spec, context)), reason);
		t.true(Date.now() - started < 5000);
		await t.throwsAsync(world.runtime.ping(cancelled.signal), {is: reason});
	});

	test('a container is not made over files that are gone: FILES_MISSING, and nothing is made instead', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		await workspace.stop();
		await workspace.revert(workspace.maker);
		await workspace.revert('volume');
		await t.throwsAsync(workspace.apply(workspace.maker), {message: 'FILES_MISSING'});
		t.deepEqual(
			(await workspace.list()).map(({type}) => type),
			['network'],
		);
	});
};
