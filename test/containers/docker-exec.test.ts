import {randomBytes} from 'node:crypto';
import test from 'ava';
import {buildWorkspace} from '../contracts/container-runtime/workspace.ts';
import {buildDockerWorld, type DockerWorld} from '../helpers/docker-world.ts';

let world: DockerWorld;
test.before(async () => {
	world = await buildDockerWorld();
});
test.after.always(async () => world?.close());

/** The command lines of all processes inside, by the kernel's word. */
const processes = async (workspace: ReturnType<typeof buildWorkspace>): Promise<string> => {
	const script = 'for each in /proc/[0-9]*; do tr "\\0" " " < $each/cmdline; echo; done 2>/dev/null';
	return (await workspace.exec(['sh', '-c', script])).stdout;
};

/** Starts what is hard to find: in the background, in a session of its own, without an environment, deaf to TERM. */
const stubborn = (mark: string) => [
	'sh',
	'-c',
	`trap "" TERM; sleep 1001${mark} & setsid sleep 1002${mark} & env -i sleep 1003${mark} & sleep 1004${mark}`,
];

test('at the timeout everything that a command started is dead, and what it said is kept', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const mark = randomBytes(3).readUIntBE(0, 3);
	const bystander = workspace.exec(['sleep', '8'], {env: {BYSTANDER: '1'}});
	const command = ['sh', '-c', `echo begun; exec "$@"`, 'sh', ...stubborn(String(mark))];
	const result = await workspace.exec(command, {timeoutSeconds: 2});
	t.like(result, {exitCode: null, stdout: 'begun\n', truncated: false, timedOut: true});
	const left = await processes(workspace);
	t.false(left.includes(String(mark)), left);
	t.true(left.includes('sleep infinity') && left.includes('sleep 8'));
	t.is((await bystander).exitCode, 0);
});

test('after an abort nothing goes on', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	for (const delay of [0, 30, 60, 400]) {
		const mark = String(randomBytes(3).readUIntBE(0, 3));
		const cancelled = new AbortController();
		setTimeout(() => cancelled.abort(new Error('cancelled')), delay);
		await t.throwsAsync(workspace.exec(stubborn(mark), {}, cancelled.signal), {message: 'cancelled'});
		await new Promise(resolve => setTimeout(resolve, 300));
		t.false((await processes(workspace)).includes(mark), `after ${delay} ms`);
	}
});

test('a command that closes its output is still waited for', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const result = await workspace.exec(['sh', '-c', 'echo said; exec >&- 2>&-; sleep 1; exit 5']);
	t.like(result, {stdout: 'said\n', exitCode: 5});
});

test('a command that does not read its input ends all the same', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const stdin = 'x'.repeat(3_000_000);
	t.is((await workspace.exec(['true'], {stdin})).exitCode, 0);
	t.like(await workspace.exec(['head', '-c', '3'], {stdin}), {stdout: 'xxx', exitCode: 0});
});

test('a command ends with its container', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const command = workspace.exec(['sleep', '60']);
	await new Promise(resolve => setTimeout(resolve, 500));
	await workspace.stop();
	t.is((await command).exitCode, 137);
});

test('a command that says far too much runs to its end', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const result = await workspace.exec(['head', '-c', '100000000', '/dev/zero'], {
		maxOutputBytes: 1000,
		timeoutSeconds: 100,
	});
	t.like(result, {exitCode: 0, truncated: true});
	t.is(result.stdout.length, 1000);
});

test('a command that clears its environment as its first act is reported, not forgotten', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const command = workspace.exec(['env', '-i', 'sleep', '30'], {timeoutSeconds: 1});
	await t.throwsAsync(command, {message: 'ENGINE_ERROR'});
});

test('of what is killed nothing gets to its next command, in whatever order it is found', async t => {
	const workspace = buildWorkspace(t, world, {pids: 256});
	await workspace.up();
	const each = 'sleep 60; echo late >> /workspace/late';
	const script = `i=0; while [ $i -lt 60 ]; do i=$((i+1)); sh -c '${each}' & done; wait`;
	t.like(await workspace.exec(['sh', '-c', script], {timeoutSeconds: 3}), {timedOut: true});
	t.is((await workspace.exec(['cat', '/workspace/late'])).exitCode, 1);
});
