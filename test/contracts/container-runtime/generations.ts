import test from 'ava';
import type {RuntimeWorld} from '../container-runtime.contract.ts';
import {buildWorkspace} from './workspace.ts';

/** A rebuild makes a new generation beside the old one; never two of them run. */
export const generationContract = (build: () => Promise<RuntimeWorld>): void => {
	test('a new generation runs alone; the old one stays until it is discarded', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		await workspace.up({generation: 2});
		t.like(await workspace.inspect(), {state: 'running', generation: 2});
		const states = (await workspace.list()).flatMap(({generation, observation}) =>
			observation ? [`${generation} ${observation.state}`] : [],
		);
		t.deepEqual(states.toSorted(), ['1 stopped', '2 running']);
		await workspace.discardOlder(2);
		await workspace.discardOlder(2);
		const left = (await workspace.list()).flatMap(({generation}) => generation ?? []);
		t.deepEqual(left, [2]);
	});

	test('a rebuild that is reverted gives the old generation back', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		await workspace.up({generation: 2});
		await workspace.revert(workspace.maker, 2);
		t.like(await workspace.inspect(), {state: 'stopped', generation: 1});
		await workspace.start(1);
		t.like(await workspace.inspect(), {state: 'running', generation: 1});
	});

	test('a worker that comes late with an old generation is refused and leaves nothing behind', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up({generation: 2});
		await t.throwsAsync(workspace.apply(workspace.maker, {generation: 1}), {message: 'STALE_GENERATION'});
		t.deepEqual(
			(await workspace.list()).flatMap(({generation}) => generation ?? []),
			[2],
		);
		t.like(await workspace.inspect(), {state: 'running', generation: 2});
	});

	test('an old generation does not start while a newer one exists', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		await workspace.up({generation: 2});
		await t.throwsAsync(workspace.start(1), {message: 'STALE_GENERATION'});
	});
};
