import test from 'ava';
import type {RuntimeWorld} from '../container-runtime.contract.ts';
import {buildWorkspace, eventually} from './workspace.ts';

/** What is seen is what is, and changes are noticed. */
export const observationContract = (build: () => Promise<RuntimeWorld>): void => {
	test.serial('a kill from outside is hinted at within two seconds and seen as dead', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		await workspace.up();
		const ended = new AbortController();
		const hints: string[] = [];
		const watching = (async () => {
			for await (const {workspaceId} of world.runtime.watch(ended.signal)) hints.push(workspaceId);
		})();
		await new Promise(resolve => setTimeout(resolve, 200));
		hints.length = 0;
		const killed = Date.now();
		await world.killOutside(workspace.spec.workspaceId);
		await eventually(() => hints.includes(workspace.spec.workspaceId));
		t.true(Date.now() - killed < 2000);
		t.like(await workspace.inspect(), {state: 'dead', exitCode: 137, reason: 'exited', generation: 1});
		ended.abort();
		await watching;
	});

	test('a container that was removed from outside is absent, and comes up again', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		await workspace.up();
		await world.removeOutside(workspace.spec.workspaceId);
		t.is((await workspace.inspect()).state, 'absent');
		await workspace.up();
		t.is((await workspace.inspect()).state, 'running');
	});

	test('one that ended by itself with another code than 0 is dead, with 0 it is stopped', async t => {
		const world = await build();
		for (const [code, state] of [
			[3, 'dead'],
			[0, 'stopped'],
		] as const) {
			const workspace = buildWorkspace(t, world, {env: {EXIT_WITH: String(code)}});
			for (const {name} of world.runtime.steps) if (name !== 'ready') await workspace.apply(name);
			await eventually(async () => (await workspace.inspect()).state !== 'running');
			t.like(await workspace.inspect(), {state, exitCode: code, reason: state === 'dead' ? 'exited' : null});
		}
	});

	test('a dead one can be stopped, started and removed like any other', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		await workspace.up();
		await world.killOutside(workspace.spec.workspaceId);
		await eventually(async () => (await workspace.inspect()).state === 'dead');
		await workspace.start();
		t.is((await workspace.inspect()).state, 'running');
		await world.killOutside(workspace.spec.workspaceId);
		await eventually(async () => (await workspace.inspect()).state === 'dead');
		await workspace.stop();
		t.is((await workspace.inspect()).state, 'stopped');
	});

	test('the list names every object, whose it is and since when', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		const before = Date.now() - 5000;
		await workspace.up();
		const mine = await workspace.list();
		const all = await world.runtime.list({}, workspace.context.signal);
		t.true(mine.length > 0);
		for (const object of mine) {
			t.is(object.workspaceId, workspace.spec.workspaceId);
			t.true(object.createdAt.getTime() > before, `${object.type} of ${object.createdAt.toISOString()}`);
			t.true(all.some(({id, type}) => id === object.id && type === object.type));
			t.is(object.type === 'container', object.generation !== null);
		}
		t.is(mine.find(({type}) => type === 'container')?.observation?.state, 'running');
	});

	test('one object can be removed by its id, and is absent afterwards, however often that is asked for', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		await workspace.up();
		const {runtime} = world;
		const order = ['container', 'network', 'volume'];
		const objects = (await workspace.list()).toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
		for (const object of objects) {
			await runtime.removeObject(object, workspace.context);
			await runtime.removeObject(object, workspace.context);
			t.false((await workspace.list()).some(({id, type}) => id === object.id && type === object.type));
		}
		t.deepEqual(await workspace.list(), []);
	});

	test('the machine and the use of it are told', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		await workspace.up();
		const {signal} = workspace.context;
		const capacity = await world.runtime.capacity(signal);
		t.true(capacity.cpus >= 1 && capacity.memoryMiB > 100);
		const stats = await world.runtime.stats(workspace.spec.workspaceId, signal);
		t.is(stats.memoryLimitMiB, 64);
		t.is(stats.processesLimit, 64);
		t.true(stats.processes >= 1);
		t.true(stats.memoryMiB > 0 && stats.memoryMiB < 64);
		t.true(stats.cpuPercent >= 0 && stats.cpuPercent < 100 * capacity.cpus);
		await workspace.stop();
		await t.throwsAsync(world.runtime.stats(workspace.spec.workspaceId, signal), {message: 'CONTAINER_NOT_FOUND'});
	});
};
