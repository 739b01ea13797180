import test from 'ava';
import type {RuntimeWorld} from '../container-runtime.contract.ts';
import {buildWorkspace} from './workspace.ts';

/** Commands inside a workspace. */
export const execContract = (build: () => Promise<RuntimeWorld>): void => {
	test('a command says what it says and ends as it ends', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const quiet = {stdout: '', stderr: '', truncated: false, timedOut: false};
		t.deepEqual(await workspace.exec(['true']), {...quiet, exitCode: 0});
		t.deepEqual(await workspace.exec(['false']), {...quiet, exitCode: 1});
		t.deepEqual(await workspace.exec(['echo', 'a  b', '$HOME']), {...quiet, stdout: 'a  b $HOME\n', exitCode: 0});
		t.like(await workspace.exec(['sh', '-c', 'echo no >&2; exit 3']), {stderr: 'no\n', stdout: '', exitCode: 3});
		// A program that itself ends with the code of a missing one did run.
		t.is((await workspace.exec(['sh', '-c', 'exit 127'])).exitCode, 127);
		t.is((await workspace.exec(['sh', '-c', 'exit 126'])).exitCode, 126);
	});

	test('standard input, environment and working directory arrive', async t => {
		const workspace = buildWorkspace(t, await build(), {env: {COLOUR: 'blue'}});
		await workspace.up();
		t.is((await workspace.exec(['cat'], {stdin: 'grün 🦊\n'})).stdout, 'grün 🦊\n');
		t.is((await workspace.exec(['cat'], {stdin: ''})).stdout, '');
		t.is((await workspace.exec(['pwd'])).stdout, '/workspace\n');
		t.is((await workspace.exec(['pwd'], {workdir: '/tmp'})).stdout, '/tmp\n');
		const {stdout} = await workspace.exec(['env'], {env: {SIZE: '1 = one'}});
		t.true(stdout.includes('COLOUR=blue\n') && stdout.includes('SIZE=1 = one\n'));
	});

	test('a mebibyte of input arrives whole, comes back whole, and leaves the environment alone', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const options = {stdin: 'é'.repeat(2 ** 19), maxOutputBytes: 2 ** 20, env: {SIZE: 'large'}};
		for (const command of [['cat'], ['tee', '/workspace/input']]) {
			const {stdout, truncated} = await workspace.exec(command, options);
			t.true(stdout === options.stdin);
			t.false(truncated);
		}
		t.true((await workspace.exec(['cat', '/workspace/input'], {maxOutputBytes: 2 ** 20})).stdout === options.stdin);
		t.true((await workspace.exec(['env'], options)).stdout.includes('SIZE=large\n'));
	});

	test('output is cut at its limit, between characters, and the command still ends well', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const result = await workspace.exec(['cat'], {stdin: 'é'.repeat(500_000), maxOutputBytes: 1001});
		t.deepEqual(result, {stdout: 'é'.repeat(500), stderr: '', truncated: true, exitCode: 0, timedOut: false});
	});

	test('a command that takes too long is ended', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const started = Date.now();
		t.like(await workspace.exec(['sleep', '60'], {timeoutSeconds: 1}), {exitCode: null, timedOut: true});
		t.true(Date.now() - started < 20_000);
	});

	test('an abort ends a command', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const cancelled = new AbortController();
		const reason = new Error('cancelled');
		setTimeout(() => cancelled.abort(reason), 300);
		t.is(await t.throwsAsync(workspace.exec(['sleep', '60'], {}, cancelled.signal)), reason);
	});

	test('what cannot be run says why', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const missing = await t.throwsAsync(workspace.exec(['no-such-command', '-x']), {message: 'COMMAND_NOT_FOUND'});
		t.like(missing, {params: {command: 'no-such-command'}});
		const nowhere = await t.throwsAsync(workspace.exec(['true'], {workdir: '/nowhere'}), {
			message: 'WORKDIR_NOT_FOUND',
		});
		t.like(nowhere, {params: {workdir: '/nowhere'}});
		await workspace.stop();
		await t.throwsAsync(workspace.exec(['true']), {message: 'CONTAINER_NOT_FOUND'});
	});

	test('many commands run at once', async t => {
		const workspace = buildWorkspace(t, await build());
		await workspace.up();
		const words = Array.from({length: 8}, (_, index) => `word ${index}`);
		const results = await Promise.all(words.map(async word => workspace.exec(['cat'], {stdin: word})));
		t.deepEqual(
			results.map(({stdout}) => stdout),
			words,
		);
	});
};
