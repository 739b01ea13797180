import {createHash, randomBytes} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import type {Deadlines} from '../../src/containers/docker/engine.ts';
import {AppError} from '../../src/errors.ts';
import {buildWorkspace, eventually} from '../contracts/container-runtime/workspace.ts';
import {buildDockerWorld, dockerHost, type DockerWorld} from '../helpers/docker-world.ts';
import {startEngineProxy} from '../helpers/engine-proxy.ts';

let world: DockerWorld;
test.before(async () => {
	world = await buildDockerWorld();
});
test.after.always(async () => world?.close());

type Workspace = ReturnType<typeof buildWorkspace>;

const behindProxy = async (t: Parameters<typeof buildWorkspace>[0], deadlines: Partial<Deadlines> = {}) => {
	const proxy = await startEngineProxy(dockerHost);
	t.teardown(async () => proxy.close());
	return {proxy, runtime: world.another({docker: proxy.host, deadlines})};
};

/** The command lines of all processes inside, by the kernel's word. */
const processes = async (workspace: Workspace): Promise<string> => {
	const script = 'for each in /proc/[0-9]*; do tr "\\0" " " < $each/cmdline; echo; done 2>/dev/null';
	return (await workspace.exec(['sh', '-c', script])).stdout;
};

const newMark = (): string => String(randomBytes(3).readUIntBE(0, 3));

/** Starts what is hard to find: in the background, in a session of its own, without an environment, deaf to TERM. */
const stubborn = (mark: string) => [
	'sh',
	'-c',
	`trap "" TERM; echo begun; sleep 1001${mark} & setsid sleep 1002${mark} & env -i sleep 1003${mark} & sleep 1004${mark}`,
];

const drain = async (stream: AsyncIterable<Uint8Array>): Promise<number> => {
	let size = 0;
	for await (const bytes of stream) size += bytes.length;
	return size;
};

test('after an abort nothing of a stream goes on, whenever it comes', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	for (const delay of [0, 30, 60, 400]) {
		const mark = newMark();
		const cancelled = new AbortController();
		setTimeout(() => cancelled.abort(new Error('cancelled')), delay);
		await t.throwsAsync(drain(workspace.stream(stubborn(mark), {}, cancelled.signal)), {message: 'cancelled'});
		t.false((await processes(workspace)).includes(mark), `after ${delay} ms`);
	}
});

test('a command that is held up because nobody reads is killed like any other', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	for (const leave of ['abort', 'return'] as const) {
		const mark = newMark();
		const cancelled = new AbortController();
		const command = ['sh', '-c', `sleep 1001${mark} & cat /dev/zero`];
		const stream = workspace.stream(command, {}, cancelled.signal)[Symbol.asyncIterator]();
		await stream.next();
		await pause(1000);
		const started = Date.now();
		if (leave === 'return') await stream.return?.();
		else {
			cancelled.abort(new Error('cancelled'));
			await t.throwsAsync(async () => stream.next(), {message: 'cancelled'});
		}
		t.true(Date.now() - started < 10_000);
		const left = await processes(workspace);
		t.false(left.includes(mark) || left.includes('cat /dev/zero'), left);
	}
});

test('what a command said before its end is not lost to a reader who comes late', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	// Of some of these the engine would forget the end: those that fill what it holds and not the pipe behind it.
	const sizes = Array.from({length: 16}, (_, index) => 1_200_000 + index * 60_000);
	const readLate = async (size: number) => {
		let seen = 0;
		for await (const bytes of workspace.stream(['head', '-c', String(size), '/dev/zero'])) {
			if (seen === 0) await pause(4000);
			seen += bytes.length;
		}
		return seen;
	};
	t.deepEqual(await Promise.all(sizes.map(readLate)), sizes);
});

test('a command may close its output a moment before it ends', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	t.is(await drain(workspace.stream(['sh', '-c', 'echo said; exec >&- 2>&-; sleep 1'])), 5);
	await t.throwsAsync(drain(workspace.stream(['sh', '-c', 'echo said; exec >&- 2>&-; sleep 1; exit 5'])), {
		message: 'COMMAND_FAILED',
	});
});

test('one that was killed inside a container that lives on failed, and its container is not gone', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const error = await t.throwsAsync(drain(workspace.stream(['sh', '-c', 'echo said; kill -9 $$'])));
	t.like(error, {message: 'COMMAND_FAILED', params: {exitCode: 137}});
});

test('a stream that is cut is ENGINE_UNREACHABLE, and what it ran is killed', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const {proxy, runtime} = await behindProxy(t);
	const mark = newMark();
	const command = stubborn(mark);
	const {workspaceId} = workspace.spec;
	const stream = runtime.execStream(workspaceId, {command}, workspace.context.signal)[Symbol.asyncIterator]();
	t.is(Buffer.from((await stream.next()).value).toString(), 'begun\n');
	proxy.cut();
	await t.throwsAsync(async () => stream.next(), {message: 'ENGINE_UNREACHABLE'});
	await eventually(async () => !(await processes(workspace)).includes(mark));
});

test('a stream whose engine goes away is ENGINE_UNREACHABLE soon, also when it does not answer at all', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	for (const away of ['stopListening', 'hang'] as const) {
		const {proxy, runtime} = await behindProxy(t, {quickSeconds: 2});
		const {workspaceId} = workspace.spec;
		const program = {command: ['sh', '-c', 'echo begun; sleep 60']};
		const stream = runtime.execStream(workspaceId, program, workspace.context.signal)[Symbol.asyncIterator]();
		await stream.next();
		const started = Date.now();
		if (away === 'hang') proxy.hang();
		proxy.cut();
		if (away === 'stopListening') await proxy.stopListening();
		await t.throwsAsync(async () => stream.next(), {message: 'ENGINE_UNREACHABLE'});
		t.true(Date.now() - started < 10_000, away);
	}
});

test('a file that grows can be followed over cuts, from the byte that was reached, without loss or doubling', async t => {
	const workspace = buildWorkspace(t, world);
	await workspace.up();
	const {proxy, runtime} = await behindProxy(t);
	const {workspaceId} = workspace.spec;
	const file = '/workspace/output';
	await workspace.exec(['touch', file]);
	const script = `i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo "line $i ü"; [ $((i % 100)) = 0 ] && sleep 0.05; done > ${file}; echo end >> ${file}`;
	const writing = workspace.exec(['sh', '-c', script]);
	const hash = createHash('sha256');
	let [offset, cuts, tail] = [0, 0, ''];
	while (!tail.endsWith('end\n')) {
		const program = {command: ['tail', '-c', `+${offset + 1}`, '-f', file]};
		try {
			for await (const bytes of runtime.execStream(workspaceId, program, workspace.context.signal)) {
				hash.update(bytes);
				offset += bytes.length;
				tail = (tail + Buffer.from(bytes).toString('latin1')).slice(-4);
				if (tail.endsWith('end\n')) break;
				if (cuts < 5 && offset > (cuts + 1) * 8000) {
					cuts++;
					proxy.cut();
				}
			}
		} catch (error) {
			if (!(error instanceof AppError) || error.code !== 'ENGINE_UNREACHABLE') throw error;
		}
	}
	await writing;
	const lines = Array.from({length: 4000}, (_, index) => `line ${index + 1} ü\n`).join('');
	t.is(hash.digest('hex'), createHash('sha256').update(`${lines}end\n`).digest('hex'));
	t.true(cuts >= 2);
	t.false((await processes(workspace)).includes('tail -c'));
});
