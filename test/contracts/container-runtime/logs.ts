import test from 'ava';
import type {LogLine, LogOptions} from '../../../src/containers/container-runtime.ts';
import type {RuntimeWorld} from '../container-runtime.contract.ts';
import {buildWorkspace, eventually} from './workspace.ts';

/** A workspace's output. */
export const logContract = (build: () => Promise<RuntimeWorld>): void => {
	const read = async (
		world: RuntimeWorld,
		workspaceId: string,
		options: LogOptions = {},
		signal = new AbortController().signal,
	) => {
		const lines: LogLine[] = [];
		for await (const line of world.runtime.logs(workspaceId, options, signal)) lines.push(line);
		return lines;
	};

	test('what was said is there, with its stream and its time', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world, {env: {SAY: 'one\ntwo\nthree ü', SAY_ERR: 'oops'}});
		const before = Date.now() - 5000;
		await workspace.up();
		const {workspaceId} = workspace.spec;
		await eventually(async () => (await read(world, workspaceId)).length === 4);
		const lines = await read(world, workspaceId);
		t.deepEqual(
			lines.filter(({stream}) => stream === 'stdout').map(({text}) => text),
			['one', 'two', 'three ü'],
		);
		t.deepEqual(
			lines.filter(({stream}) => stream === 'stderr').map(({text}) => text),
			['oops'],
		);
		t.true(lines.every(({at}) => at.getTime() > before && at.getTime() < Date.now() + 5000));
		t.is((await read(world, workspaceId, {tail: 2})).length, 2);
		t.deepEqual(await read(world, workspaceId, {since: new Date(Date.now() + 60_000)}), []);
		await workspace.stop();
		t.is((await read(world, workspaceId)).length, 4);
	});

	test('following shows what comes, and ends when the container ends', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world, {env: {TICK: '1'}});
		await workspace.up();
		const lines = read(world, workspace.spec.workspaceId, {follow: true});
		await new Promise(resolve => setTimeout(resolve, 1000));
		await workspace.stop();
		const texts = (await lines).map(({text}) => text);
		t.true(texts.length > 2);
		t.deepEqual(
			texts,
			texts.map((_, index) => `tick ${index + 1}`),
		);
	});

	test('following ends at the signal', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world, {env: {TICK: '1'}});
		await workspace.up();
		const ended = new AbortController();
		let seen = 0;
		for await (const _line of world.runtime.logs(workspace.spec.workspaceId, {follow: true}, ended.signal)) {
			if (++seen === 3) ended.abort();
		}
		t.is(seen, 3);
	});

	test('there is nothing to read of what does not exist', async t => {
		const world = await build();
		await t.throwsAsync(read(world, 'nobody'), {message: 'CONTAINER_NOT_FOUND'});
	});
};
