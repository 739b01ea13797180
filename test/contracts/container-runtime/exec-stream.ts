import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import type {AppError} from '../../../src/errors.ts';
import type {RuntimeWorld} from '../container-runtime.contract.ts';
import {buildWorkspace} from './workspace.ts';

const MiB = 2 ** 20;

/** A command that says that it has begun, and writes a file long after, unless it was killed: a busy engine takes a second for that. */
const writesLate = (file: string) => ['sh', '-c', `echo begun; sleep 4; echo late >> /workspace/${file}`];
const late = 4500;

/** Reads to the end. */
const read = async (stream: AsyncIterable<Uint8Array>): Promise<string> =>
	Buffer.concat(await Array.fromAsync(stream)).toString();

/** What came before the stream broke, and what it broke with. */
const readUntilError = async (stream: AsyncIterable<Uint8Array>): Promise<{text: string; error: AppError}> => {
	let text = '';
	try {
		for await (const bytes of stream) text += Buffer.from(bytes).toString();
	} catch (error) {
		return {text, error: error as AppError};
	}
	throw new Error(`it ended well, after ${text}`);
};

/** The output of commands inside a workspace, as it comes. */
export const execStreamContract = (build: () => Promise<RuntimeWorld>): void => {
	test('a stream passes on what a command says, in its place and with its environment, and ends when it ends', async t => {
		const workspace = buildWorkspace(t, await build(), {env: {COLOUR: 'blue'}});
		await workspace.up();
		t.is(await read(workspace.stream(['echo', 'a  b', '$HOME'])), 'a  b $HOME\n');
		t.is(await read(workspace.stream(['true'])), '');
		t.is(await read(workspace.stream(['pwd'], {workdir: '/tmp'})), '/tmp\n');
		const env = await read(workspace.stream(['env'], {env: {SIZE: '1 = one'}}));
		t.true(env.includes('COLOUR=blue\n') && env.includes('SIZE=1 = one\n'));
		t.is(await read(workspace.stream(['sh', '-c', 'echo aside >&2; echo said'])), 'said\n');
	});

	test.serial('bytes are there within 200 ms of being written', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const script = Array.from({length: 9}, () => 'date +%s%N').join('; sleep 0.2; ');
		const delays: number[] = [];
		for await (const bytes of workspace.stream(['sh', '-c', script])) {
			delays.push(Date.now() - Number(Buffer.from(bytes).toString()) / 1e6);
		}
		t.is(delays.length, 9);
		// The middle one: a busy machine may hold up one or the other.
		const [middle = Infinity] = delays.toSorted((a, b) => a - b).slice(4);
		t.true(middle < 200, delays.join(', '));
	});

	test('a character that is written in two is passed on in two', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const script = String.raw`printf "\303"; sleep 0.5; printf "\251"; sleep 0.5; printf "\377"`;
		const pieces = await Array.fromAsync(workspace.stream(['sh', '-c', script]));
		t.deepEqual(
			pieces.map(piece => [...piece]),
			[[0xc3], [0xa9], [0xff]],
		);
	});

	test.serial('fifty MiB pass whole, and wait with the engine while nobody reads', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const held = () => process.memoryUsage().arrayBuffers / MiB;
		let size = 0;
		for await (const bytes of workspace.stream(['head', '-c', String(50 * MiB), '/dev/zero'])) {
			if (size === 0) {
				const before = held();
				await pause(2000);
				t.true(held() - before < 2, `${held() - before} MiB more`);
			}
			size += bytes.length;
		}
		t.is(size, 50 * MiB);
	});

	test('at an abort the command is killed, also while nobody reads', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const abortWhile = async (reads: boolean) => {
			const cancelled = new AbortController();
			const reason = new Error('cancelled');
			const stream = workspace.stream(writesLate(String(reads)), {}, cancelled.signal)[Symbol.asyncIterator]();
			t.is(Buffer.from((await stream.next()).value).toString(), 'begun\n');
			const next = reads ? stream.next() : null;
			// Somebody may come to look after it was rejected.
			next?.catch(() => {});
			cancelled.abort(reason);
			await pause(late);
			t.is(await t.throwsAsync(async () => next ?? stream.next()), reason);
			t.is((await workspace.exec(['cat', `/workspace/${reads}`])).exitCode, 1);
		};
		await Promise.all([abortWhile(true), abortWhile(false)]);
		const aborted = AbortSignal.abort(new Error('before'));
		await t.throwsAsync(read(workspace.stream(['true'], {}, aborted)), {message: 'before'});
	});

	test('when the reader leaves the command is killed', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		for await (const _bytes of workspace.stream(writesLate('left'))) break;
		await pause(late);
		t.is((await workspace.exec(['cat', '/workspace/left'])).exitCode, 1);
	});

	test('a stream whose container is killed breaks with CONTAINER_NOT_FOUND, after all that was said', async t => {
		const world = await build();
		const workspace = buildWorkspace(t, world);
		await workspace.up();
		const broken = readUntilError(workspace.stream(['sh', '-c', 'echo one; echo two; sleep 60; echo three']));
		await pause(1000);
		await world.killOutside(workspace.spec.workspaceId);
		const {text, error} = await broken;
		t.is(text, 'one\ntwo\n');
		t.is(error.message, 'CONTAINER_NOT_FOUND');
	});

	test('a command that fails says how, after all that it said', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const {text, error} = await readUntilError(workspace.stream(['sh', '-c', 'echo said; echo why >&2; exit 3']));
		t.is(text, 'said\n');
		t.like(error, {message: 'COMMAND_FAILED', params: {exitCode: 3, output: 'why'}});
		for (const code of [126, 127]) {
			const failed = await readUntilError(workspace.stream(['sh', '-c', `exit ${code}`]));
			t.like(failed.error, {message: 'COMMAND_FAILED', params: {exitCode: code}});
		}
	});

	test('what cannot be run is not begun, and says why', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const missing = await readUntilError(workspace.stream(['no-such-command', '-x']));
		t.like(missing, {text: '', error: {message: 'COMMAND_NOT_FOUND', params: {command: 'no-such-command'}}});
		const nowhere = await readUntilError(workspace.stream(['true'], {workdir: '/nowhere'}));
		t.like(nowhere, {text: '', error: {message: 'WORKDIR_NOT_FOUND', params: {workdir: '/nowhere'}}});
		await workspace.stop();
		const stopped = await readUntilError(workspace.stream(['true']));
		t.like(stopped, {text: '', error: {message: 'CONTAINER_NOT_FOUND'}});
	});

	test('nothing runs before somebody reads', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const stream = workspace.stream(['sh', '-c', 'echo ran >> /workspace/ran']);
		await pause(500);
		t.is((await workspace.exec(['cat', '/workspace/ran'])).exitCode, 1);
		t.is(await read(stream), '');
		t.is((await workspace.exec(['cat', '/workspace/ran'])).stdout, 'ran\n');
	});
};
