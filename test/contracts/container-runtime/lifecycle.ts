import test from 'ava';
import type {RuntimeWorld} from '../container-runtime.contract.ts';
import {buildWorkspace} from './workspace.ts';

/** Up, down, stop and start: each of them also twice, halfway and many at once. */
export const lifecycleContract = (build: () => Promise<RuntimeWorld>): void => {
	test('the steps make a workspace that runs, and going backwards removes all of it', async t => {
		const workspace = buildWorkspace(t, await build());
		t.is((await workspace.inspect()).state, 'absent');
		await workspace.up();
		const seen = await workspace.inspect();
		t.like(seen, {state: 'running', generation: 1, exitCode: null, reason: null});
		t.true(seen.startedAt instanceof Date);
		await workspace.down();
		t.is((await workspace.inspect()).state, 'absent');
		t.deepEqual(await workspace.list(), []);
	});

	test('every step may be applied and reverted twice', async t => {
		const {runtime, ...world} = await build();
		const workspace = buildWorkspace(t, {runtime, ...world});
		for (const {name} of runtime.steps) {
			await workspace.apply(name);
			await workspace.apply(name);
		}
		const objects = await workspace.list();
		await workspace.up();
		t.deepEqual((await workspace.list()).map(({id}) => id).toSorted(), objects.map(({id}) => id).toSorted());
		for (const {name} of runtime.steps.toReversed()) {
			await workspace.revert(name);
			await workspace.revert(name);
		}
		t.deepEqual(await workspace.list(), []);
	});

	test('a step that never happened can be reverted', async t => {
		const {runtime, ...world} = await build();
		const workspace = buildWorkspace(t, {runtime, ...world});
		for (const {name} of runtime.steps.toReversed()) await t.notThrowsAsync(workspace.revert(name));
	});

	test('stop and start, each twice', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		await workspace.stop();
		await workspace.stop();
		t.like(await workspace.inspect(), {state: 'stopped', generation: 1, reason: null});
		await workspace.start();
		await workspace.start();
		t.like(await workspace.inspect(), {state: 'running', exitCode: null});
	});

	test('a stopped workspace comes up again through the steps', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const before = await workspace.list();
		await workspace.stop();
		await workspace.up();
		t.is((await workspace.inspect()).state, 'running');
		t.deepEqual((await workspace.list()).map(({id}) => id).toSorted(), before.map(({id}) => id).toSorted());
	});

	test('what does not stop when asked is killed after its grace, and counts as stopped', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world, {env: {IGNORE_TERM: '1', SAY: 'deaf'}});
		await workspace.up();
		const {spec, context} = workspace;
		for await (const {text} of world.runtime.logs(spec.workspaceId, {follow: true}, context.signal)) {
			if (text === 'deaf') break;
		}
		await workspace.stop(1);
		t.like(await workspace.inspect(), {state: 'stopped', exitCode: 137, reason: null});
	});

	test('stopping what is absent is success, starting it is CONTAINER_NOT_FOUND', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.stop();
		await t.throwsAsync(workspace.start(), {message: 'CONTAINER_NOT_FOUND'});
	});

	test('files in the workspace and at home outlive stop, start and a new generation, and end with the volumes', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const files = ['/workspace/notes.txt', '/home/developer/.profile.local'];
		for (const file of files) await workspace.exec(['tee', file], {stdin: `in ${file}`});
		await workspace.stop();
		await workspace.start();
		await workspace.up({generation: 2});
		for (const file of files) t.is((await workspace.exec(['cat', file])).stdout, `in ${file}`);
		await workspace.down();
		await workspace.up();
		t.not((await workspace.exec(['cat', '/workspace/notes.txt'])).exitCode, 0);
	});

	test('sixteen workspaces come up at once, and each sees only its own objects', async t => {
		const world = await build();
		const workspaces = Array.from({length: 16}, () => buildWorkspace(t, world));
		await Promise.all(workspaces.map(async workspace => workspace.up()));
		for (const workspace of workspaces) {
			const owners = new Set((await workspace.list()).map(({workspaceId}) => workspaceId));
			t.deepEqual([...owners], [workspace.spec.workspaceId]);
			t.is((await workspace.inspect()).state, 'running');
		}
		await Promise.all(workspaces.map(async workspace => workspace.down()));
	});

	test('the same step at the same time by two workers makes one of everything', async t => {
		const workspace = buildWorkspace(t, await build());
		await Promise.all([workspace.up(), workspace.up()].map(async up => up.catch(() => {})));
		await workspace.up();
		const containers = (await workspace.list()).filter(({type}) => type === 'container');
		t.is(containers.length, 1);
		t.is((await workspace.inspect()).state, 'running');
	});
};
