import test from 'ava';
import type {LogLine} from '../../src/containers/container-runtime.ts';
import type {Deadlines} from '../../src/containers/docker/engine.ts';
import {buildWorkspace, eventually} from '../contracts/container-runtime/workspace.ts';
import {buildDockerWorld, dockerHost, type DockerWorld} from '../helpers/docker-world.ts';
import {startEngineProxy} from '../helpers/engine-proxy.ts';

let world: DockerWorld;
test.before(async () => {
	world = await buildDockerWorld();
});
test.after.always(async () => world?.close());

const behindProxy = async (t: Parameters<typeof buildWorkspace>[0], deadlines: Partial<Deadlines> = {}) => {
	const proxy = await startEngineProxy(dockerHost);
	t.teardown(async () => proxy.close());
	const runtime = world.another({docker: proxy.host, deadlines});
	return {proxy, runtime};
};

test('an engine that is not there, or hangs, is ENGINE_UNREACHABLE in time, and is used again when it is back', async t => {
	const {proxy, runtime} = await behindProxy(t, {quickSeconds: 2});
	const {signal} = new AbortController();
	await runtime.ping(signal);
	const unreachable = {message: 'ENGINE_UNREACHABLE'};
	await proxy.stopListening();
	await t.throwsAsync(runtime.ping(signal), unreachable);
	await t.throwsAsync(runtime.inspect('nobody', signal), unreachable);
	await proxy.listen();
	await runtime.ping(signal);
	proxy.hang();
	const started = Date.now();
	await t.throwsAsync(runtime.list({}, signal), unreachable);
	t.true(Date.now() - started < 4000);
	proxy.resume();
	await t.notThrowsAsync(runtime.list({}, signal));
});

test('while the engine takes its time, progress is told; an abort waits only a moment for it', async t => {
	const {proxy, runtime} = await behindProxy(t);
	const {spec} = buildWorkspace(t, world);
	const cancelled = new AbortController();
	let told = 0;
	proxy.hang();
	const [network] = runtime.steps;
	if (!network) return t.fail();
	const progress = () => {
		told++;
	};
	const applied = network.apply(spec, {signal: cancelled.signal, progress});
	setTimeout(() => cancelled.abort(new Error('cancelled')), 2500);
	const started = Date.now();
	await t.throwsAsync(applied, {message: 'cancelled'});
	t.true(told >= 1);
	t.true(Date.now() - started < 16_000);
	await t.throwsAsync(runtime.ping(cancelled.signal), {message: 'cancelled'});
});

test('an engine that falls silent during a change is noticed long before the change is given up', async t => {
	const {proxy, runtime} = await behindProxy(t, {slowSeconds: 60, lookSeconds: 1});
	const {spec, context} = buildWorkspace(t, world);
	const [network] = runtime.steps;
	if (!network) return t.fail();
	await runtime.ping(context.signal);
	proxy.hangAfter(/^POST .*\/networks\/create/);
	const started = Date.now();
	await t.throwsAsync(network.apply(spec, context), {message: 'ENGINE_UNREACHABLE'});
	t.true(Date.now() - started < 6000, `${Date.now() - started} ms`);
	proxy.resume();
	await network.apply(spec, context);
	t.pass();
});

test('a change that was sent before an abort is done when the abort is told, so that it can be undone', async t => {
	const workspace = buildWorkspace(t, world);
	const cancelled = new AbortController();
	const [network] = world.runtime.steps;
	if (!network) return t.fail();
	const applied = network.apply(workspace.spec, {signal: cancelled.signal, progress() {}});
	setTimeout(() => cancelled.abort(new Error('cancelled')), 5);
	await t.throwsAsync(applied, {message: 'cancelled'});
	const seen = await workspace.list();
	await new Promise(resolve => setTimeout(resolve, 1000));
	t.deepEqual(await workspace.list(), seen);
});

const lost: [step: string, path: RegExp][] = [
	['network', /^POST .*\/networks\/create/],
	['volume', /^POST .*\/volumes\/create/],
	['container', /^POST .*\/containers\/create/],
	['container', /^POST .*\/start/],
];
for (const [name, path] of lost) {
	test(`an answer to ${path.source} that was lost is found again by the next attempt`, async t => {
		const {proxy, runtime} = await behindProxy(t);
		const workspace = buildWorkspace(t, world);
		const {spec, context} = workspace;
		for (const step of runtime.steps) {
			if (step.name === name) {
				proxy.loseAnswerOf(path);
				const attempt = await step.apply(spec, context).then(
					() => 'found at once',
					(error: Error) => error.message,
				);
				// Beside a create the engine is asked what there is: that may be late enough to see what was made.
				const outcomes = path.source.includes('containers')
					? ['ENGINE_UNREACHABLE', 'found at once']
					: ['ENGINE_UNREACHABLE'];
				t.true(outcomes.includes(attempt), attempt);
			}
			await step.apply(spec, context);
		}
		t.is((await workspace.inspect()).state, 'running');
		t.is((await workspace.list()).length, 4);
	});
}

test('a log that is followed goes on over lost connections, without a line twice or missing', async t => {
	const {proxy, runtime} = await behindProxy(t);
	const workspace = buildWorkspace(t, world, {env: {TICK: '1'}});
	await workspace.up();
	const lines: LogLine[] = [];
	const following = (async () => {
		for await (const line of runtime.logs(workspace.spec.workspaceId, {follow: true}, workspace.context.signal))
			lines.push(line);
	})();
	for (let cuts = 1; cuts <= 4; cuts++) {
		const seen = lines.length;
		await eventually(() => lines.length > seen + 5);
		if (cuts < 4) proxy.cut();
		else await proxy.stopListening();
	}
	await new Promise(resolve => setTimeout(resolve, 500));
	await workspace.stop();
	await proxy.listen();
	await following;
	const texts = lines.map(({text}) => text);
	t.deepEqual(
		texts,
		texts.map((_, index) => `tick ${index + 1}`),
	);
	const all: string[] = [];
	for await (const {text} of world.runtime.logs(workspace.spec.workspaceId, {}, workspace.context.signal))
		all.push(text);
	t.deepEqual(texts, all);
});

test('the watch goes on over an outage, and hints at what happened meanwhile', async t => {
	const {proxy, runtime} = await behindProxy(t);
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const ended = new AbortController();
	const hints: string[] = [];
	const watching = (async () => {
		for await (const {workspaceId} of runtime.watch(ended.signal)) hints.push(workspaceId);
	})();
	await new Promise(resolve => setTimeout(resolve, 300));
	await proxy.stopListening();
	await world.killOutside(workspace.spec.workspaceId);
	await new Promise(resolve => setTimeout(resolve, 500));
	t.false(hints.includes(workspace.spec.workspaceId));
	await proxy.listen();
	await eventually(() => hints.includes(workspace.spec.workspaceId));
	ended.abort();
	await watching;
	t.pass();
});

test('a watch ends at its signal also while the engine is away', async t => {
	const {proxy, runtime} = await behindProxy(t);
	await proxy.stopListening();
	const ended = new AbortController();
	setTimeout(() => ended.abort(), 300);
	for await (const hint of runtime.watch(ended.signal)) t.fail(hint.workspaceId);
	t.pass();
});
