import {setTimeout as pause} from 'node:timers/promises';
import test from 'ava';
import {renderEnvFile} from '../../../src/automation/supervisor/env-file.ts';
import type {RunState} from '../../../src/automation/supervisor/run-state.ts';
import {type Box, type BoxOptions, startBox} from '../../helpers/box.ts';
import {installSupervisor, type Supervisor} from '../../helpers/supervisor.ts';
import {eventually} from '../../contracts/container-runtime/workspace.ts';

let box: Box;
let supervisor: Supervisor;
test.before(async () => {
	box = await startBox();
	supervisor = await installSupervisor(box);
});
test.after.always(async () => box?.remove());

/** One of its own, for what would disturb the others. */
const anotherBox = async (options: BoxOptions, env: Record<string, string> = {}) => {
	const own = await startBox(options);
	return {...own, supervisor: await installSupervisor(own, env)};
};

const shell = (script: string): string[] => ['sh', '-c', script];
const exited = (exitCode: number, cause: Extract<RunState, {state: 'exited'}>['cause']) =>
	({state: 'exited', exitCode, cause, left: 0}) as const;

test.serial('what is written arrives within a tenth of a second, and following ends with the run', async t => {
	const script = `
		let n = 0;
		const timer = setInterval(() => {
			console.log(Date.now());
			if (++n === 10) process.exit();
		}, 150);
	`;
	await supervisor.start('latency', [], 'node', '-e', script);
	const {output} = await box.open(supervisor.command('follow', 'latency', '0'));
	const delays: number[] = [];
	let last = 0;
	for await (const text of output) {
		for (const line of text.trim().split('\n')) delays.push(Date.now() - Number((last = Number(line))));
	}
	const afterEnd = Date.now() - last;
	t.log(`delays ${delays.join(' ')} ms, ended ${afterEnd} ms after the last line`);
	t.is(delays.length, 10);
	// The first may have been written before anybody followed.
	const median = delays.slice(1).toSorted((a, b) => a - b)[4]!;
	t.true(median <= 100, delays.join(' '));
	t.true(afterEnd <= 1000, String(afterEnd));
	t.like(await supervisor.status('latency'), exited(0, 'exit'));
});

test.serial('a stop reaches the command soon', async t => {
	await supervisor.start('term', [], 'sh', '-c', 'trap "date +%s%3N; exit 3" TERM; sleep 60 & wait');
	await pause(300);
	const asked = Date.now();
	await supervisor.stop('term', 'user');
	t.like(await supervisor.ended('term'), exited(3, 'stopped:user'));
	const took = Number(await supervisor.output('term')) - asked;
	t.log(`TERM after ${took} ms`);
	t.true(took <= 1500, String(took));
});

test('a run is started once', async t => {
	t.deepEqual(await supervisor.status('once'), {state: 'absent'});
	t.like(await supervisor.start('once', [], ...shell('echo one; sleep 5; echo two; exit 7')), {state: 'running'});
	t.like(await supervisor.start('once', [], 'echo', 'other'), {state: 'running'});
	t.like(await supervisor.ended('once'), exited(7, 'exit'));
	t.like(await supervisor.start('once', [], 'echo', 'other'), {...exited(7, 'exit'), outBytes: 8, errBytes: 0});
	t.is(await supervisor.output('once'), 'one\ntwo\n');
	t.is(await supervisor.output('once', 4), 'two\n');
});

test('of many starts at once, one starts', async t => {
	const starts = 'for i in $(seq 20); do "$@" & done; wait';
	const start = supervisor.command('start', 'race', '--', 'sh', '-c', 'echo started >> /tmp/race; sleep 30');
	const {stdout} = await box.run(['sh', '-c', starts, 'sh', ...start]);
	t.deepEqual(
		stdout
			.trim()
			.split('\n')
			.map(line => line.split(' ')[0]),
		Array.from({length: 20}, () => 'running'),
	);
	t.is((await box.run(['cat', '/tmp/race'])).stdout, 'started\n');
	await supervisor.stop('race');
});

test('a run outlives whoever started it', async t => {
	const {cut} = await box.open(supervisor.command('start', 'cut', '--', 'sh', '-c', 'sleep 2; echo late'));
	cut();
	// This one is killed with everything that it started.
	const start = supervisor.command('start', 'killed', '--', 'sh', '-c', 'sleep 2; echo late');
	const {timedOut} = await box.run(['sh', '-c', '"$@"; sleep 60', 'sh', ...start], {timeoutSeconds: 1});
	t.true(timedOut);
	for (const id of ['cut', 'killed']) {
		await eventually(async () => (await supervisor.status(id)).state !== 'absent');
		t.like(await supervisor.ended(id), exited(0, 'exit'), id);
		t.is(await supervisor.output(id), 'late\n', id);
	}
});

test('a stop ends what will not, and everything that it started', async t => {
	const script = 'trap "" TERM; setsid sleep 2001 & nohup sleep 2002 & sleep 2003; sleep 2004';
	await supervisor.start('tree', ['-g', '1'], ...shell(script));
	await supervisor.start('tree.2', [], 'sleep', '2005');
	await eventually(async () => (await supervisor.processes()).includes('sleep 2003'));
	await supervisor.stop('tree', 'user');
	t.like(await supervisor.ended('tree'), exited(137, 'stopped:user'));
	const left = await supervisor.processes();
	t.false(/sleep 200[1-4]/.test(left), left);
	// Another run's is not touched, however alike the names.
	t.true(left.includes('sleep 2005'));
	await supervisor.stop('tree.2');
});

test('what a command leaves behind ends with it', async t => {
	await supervisor.start('left', [], ...shell('setsid sleep 2011 & exit 0'));
	t.like(await supervisor.ended('left'), exited(0, 'exit'));
	t.false((await supervisor.processes()).includes('sleep 2011'));
});

test('a time limit ends a run', async t => {
	await supervisor.start('late', ['-t', '1', '-g', '1'], 'sleep', '60');
	t.like(await supervisor.ended('late'), exited(143, 'timeout'));
});

test('an output limit ends a run', async t => {
	await supervisor.start('loud', ['-m', '100000', '-g', '1'], 'yes');
	t.like(await supervisor.ended('loud'), {state: 'exited', cause: 'output'});
});

test('a command that is not there is code 127', async t => {
	await supervisor.start('none', [], '/nonexistent/agent');
	t.like(await supervisor.ended('none'), exited(127, 'exit'));
	t.regex(await supervisor.errors('none'), /\/nonexistent\/agent/);
});

test('a run gets its input, its folder, and an error output of its own or not', async t => {
	await supervisor.write('/tmp/prompt', 'a prompt\nof two lines');
	await supervisor.start('input', ['-i', '/tmp/prompt', '-w', '/tmp'], ...shell('cat; pwd; echo no >&2'));
	t.like(await supervisor.ended('input'), {outBytes: 26, errBytes: 3});
	t.is(await supervisor.output('input'), 'a prompt\nof two lines/tmp\n');
	await supervisor.start('merged', ['-o'], ...shell('echo yes; echo no >&2; echo yes'));
	await supervisor.ended('merged');
	t.is(await supervisor.output('merged'), 'yes\nno\nyes\n');
});

test('what is missing is said before anything is started', async t => {
	for (const [option, path] of Object.entries({'-w': '/nowhere', '-i': '/no-input', '-e': '/dev/shm/no-env'})) {
		const {exitCode, stderr} = await supervisor.ask('start', 'missing', option, path, '--', 'true');
		t.is(exitCode, 66, option);
		t.true(stderr.includes(path), stderr);
	}
	// The secrets of a start that came to nothing are gone as well.
	await supervisor.write('/dev/shm/unused', renderEnvFile({TOKEN: 'x'}));
	await supervisor.ask('start', 'missing', '-e', '/dev/shm/unused', '-i', '/no-input', '--', 'true');
	t.not((await box.run(['ls', '/dev/shm/unused'])).exitCode, 0);
	t.is((await supervisor.ask('start', '../escape', '--', 'true')).exitCode, 64);
	t.is((await supervisor.ask('start', 'missing')).exitCode, 64);
	t.deepEqual(await supervisor.status('missing'), {state: 'absent'});
});

test('a secret is in the environment of the run, and nowhere else', async t => {
	const values = {
		TOKEN: 'hush-hush',
		LINES: 'one\ntwo\\n\n\n',
		EQUAL: 'a=b=c',
		WORLD: 'Á é い … 🦊 \u0081\u0088',
		QUOTES: `'"$HOME\`id\``,
		EMPTY: '',
		AGENT_RUN_ID: 'another',
	};
	await supervisor.write('/dev/shm/secrets', renderEnvFile(values));
	const script = 'console.log(JSON.stringify(process.env)); setTimeout(() => {}, 2000)';
	await supervisor.start('secret', ['-e', '/dev/shm/secrets'], 'node', '-e', script);
	t.not((await box.run(['ls', '/dev/shm/secrets'])).exitCode, 0);
	t.false((await supervisor.processes()).includes('hush-hush'));
	t.like(await supervisor.ended('secret'), exited(0, 'exit'));
	t.not((await box.run(['grep', '-r', 'hush-hush', '/home/developer/.agent-runs', '--exclude=out'])).exitCode, 0);
	const env = JSON.parse(await supervisor.output('secret'));
	t.like(env, {...values, AGENT_RUN_ID: 'secret', TERM: 'dumb', USER: 'developer', HOME: '/home/developer'});
	// Also one that came too late.
	await supervisor.write('/dev/shm/secrets', renderEnvFile(values));
	await supervisor.start('secret', ['-e', '/dev/shm/secrets'], 'true');
	t.not((await box.run(['ls', '/dev/shm/secrets'])).exitCode, 0);
});

test('a run has the environment of its container, and ordinary signals and file modes', async t => {
	const own = await anotherBox({env: {COLOUR: 'blue', name: 'n', code: 'c', dir: 'd', timeout: 't'}});
	t.teardown(own.remove);
	const script =
		'echo $name$code$dir$timeout; env | cut -d= -f1 | sort | xargs; grep -E "^Sig(Ign|Blk)" /proc/self/status; umask';
	await own.supervisor.start('plain', [], ...shell(script));
	await own.supervisor.ended('plain');
	const [values, names, ...rest] = (await own.supervisor.output('plain')).trim().split('\n');
	t.is(values, 'ncdt');
	t.deepEqual(
		names!.split(' ').filter(name => !['_', 'SHLVL', 'OLDPWD', 'PWD'].includes(name)),
		[
			'AGENT_RUN_ID',
			'COLOUR',
			'HOME',
			'HOSTNAME',
			'LANG',
			'NPM_CONFIG_PREFIX',
			'PATH',
			'TERM',
			'USER',
			'code',
			'dir',
			'name',
			'timeout',
		],
	);
	t.deepEqual(rest, ['SigBlk:\t0000000000000000', 'SigIgn:\t0000000000000000', '0022']);
});

test('a run whose supervisor was killed is lost, is not started again, and is cleared by a stop', async t => {
	await supervisor.start('orphan', [], ...shell('echo before; setsid sleep 2021 & sleep 2022'));
	await eventually(async () => (await supervisor.processes()).includes('sleep 2022'));
	await box.run(['sh', '-c', 'kill -KILL "$(sed "s/pid=\\([0-9]*\\).*/\\1/" "$HOME/.agent-runs/orphan/started")"']);
	await eventually(async () => (await supervisor.status('orphan')).state === 'lost');
	t.like(await supervisor.start('orphan', [], 'echo', 'again'), {state: 'lost', outBytes: 7});
	t.true((await supervisor.processes()).includes('sleep 2022'));
	const {stdout} = await box.run(supervisor.command('follow', 'orphan', '0'));
	t.is(stdout, 'before\n');
	t.like(await supervisor.stop('orphan'), {state: 'lost'});
	t.false(/^sleep 202[12]/m.test(await supervisor.processes()));
});

test('following goes on from an offset, over connections that are cut', async t => {
	const parts = [0, 1, 2].map(part =>
		Array.from({length: 70}, (_, index) => `line ${part}.${index} ${'x'.repeat(index)}\n`).join(''),
	);
	const lines = parts.join('');
	for (const [part, content] of parts.entries()) await supervisor.write(`/tmp/part-${part}`, content);
	// Each part is written once the one before it was read and its connection is cut.
	const script =
		'for part in 0 1 2; do until [ -e /tmp/go-$part ]; do sleep 0.05; done; cat /tmp/part-$part; done; printf "the end"';
	await supervisor.start('long', [], ...shell(script));
	let received = '';
	for (const [part, content] of parts.entries()) {
		const enough = received.length + content.length;
		const {output, cut} = await box.open(supervisor.command('follow', 'long', String(Buffer.byteLength(received))));
		await supervisor.write(`/tmp/go-${part}`, '');
		for await (const text of output) {
			received += text;
			if (received.length >= enough) break;
		}
		cut();
	}
	await supervisor.ended('long');
	const {stdout} = await box.run(supervisor.command('follow', 'long', String(received.length)));
	t.is(received + stdout, `${lines}the end`);
	// Beyond the end there is nothing, and not everything once more.
	t.is((await box.run(supervisor.command('follow', 'long', '99999999'))).stdout, '');
	t.is((await supervisor.ask('follow', 'unheard-of', '0')).exitCode, 66);
});

test('following may be bounded: then nobody is left waiting for a reader who is gone', async t => {
	await supervisor.start('bounded', [], ...shell('echo said; sleep 60'));
	const {stdout} = await box.run(supervisor.command('follow', 'bounded', '0', '1'));
	t.is(stdout, 'said\n');
	t.is((await supervisor.status('bounded')).state, 'running');
	const {cut} = await box.open(supervisor.command('follow', 'bounded', '0', '2'));
	cut();
	await eventually(async () => !(await supervisor.processes()).includes('runs/bounded/out'));
	await supervisor.stop('bounded');
});

test('much output at the very end is not lost', async t => {
	await supervisor.start('burst', [], ...shell('sleep 0.5; head -c 8000000 /dev/zero | tr "\\0" x'));
	const {stdout} = await box.run(supervisor.command('follow', 'burst', '0'));
	t.is(stdout.length, 8_000_000);
});

test('a run is forgotten when it has ended, and not before', async t => {
	await supervisor.start('past', [], 'sleep', '60');
	t.is((await supervisor.ask('forget', 'past')).exitCode, 75);
	await supervisor.stop('past');
	await supervisor.ended('past');
	t.deepEqual(await supervisor.forget('past'), {state: 'absent'});
	t.not((await box.run(['ls', '/home/developer/.agent-runs/past'])).exitCode, 0);
});

test('a container that went down takes its runs with it, and their output stays', async t => {
	const own = await anotherBox({});
	t.teardown(own.remove);
	await own.supervisor.start('boot', [], ...shell('echo before; sleep 60'));
	await eventually(async () => (await own.supervisor.output('boot')) === 'before\n');
	await own.container.kill();
	await own.container.start();
	t.like(await own.supervisor.status('boot'), {state: 'lost', outBytes: 7});
	t.is(await own.supervisor.output('boot'), 'before\n');
});

test('a run that takes all the memory is killed, its supervisor is not, and it is said why', async t => {
	const own = await anotherBox({memoryMiB: 64});
	t.teardown(own.remove);
	await own.supervisor.start('hog', [], ...shell('echo before; exec tail /dev/zero'));
	const end = await own.supervisor.ended('hog');
	t.like(end, exited(137, 'exit'));
	t.true(end.state === 'exited' && end.oomKills > 0);
	t.is(await own.supervisor.output('hog'), 'before\n');
	await own.supervisor.start('modest', [], 'true');
	t.like(await own.supervisor.ended('modest'), {...exited(0, 'exit'), oomKills: 0});
});

test('a full disk costs output, but neither the exit code nor the power to stop', async t => {
	const tmpfs = {'/tmp/runs': 'rw,size=256k,mode=0700,uid=1000,gid=1000'};
	const own = await anotherBox({tmpfs}, {AGENT_RUNS: '/tmp/runs'});
	t.teardown(own.remove);
	await own.supervisor.start('full', [], ...shell('head -c 1000000 /dev/zero || code=9; sleep 2; exit $code'));
	await eventually(async () => (await own.run(['sh', '-c', 'echo x > /tmp/runs/full/x'])).exitCode !== 0);
	const {exitCode, stderr} = await own.supervisor.ask('start', 'next', '--', 'true');
	t.is(exitCode, 74, stderr);
	t.deepEqual(await own.supervisor.status('next'), {state: 'absent'});
	t.like(await own.supervisor.ended('full'), exited(9, 'exit'));
	await own.run(['truncate', '-s', '100000', '/tmp/runs/full/out']);
	await own.supervisor.start('endless', [], ...shell('head -c 1000000 /dev/zero; sleep 60'));
	await eventually(async () => (await own.run(['sh', '-c', 'echo x > /tmp/runs/full/x'])).exitCode !== 0);
	await own.supervisor.stop('endless', 'user');
	t.like(await own.supervisor.ended('endless'), exited(143, 'stopped:user'));
});

test('its file may be written anew while it runs', async t => {
	const own = await anotherBox({});
	t.teardown(own.remove);
	await own.supervisor.start('renewed', [], 'sleep', '2');
	const rewrite = 'cp "$1" /tmp/copy; : > "$1"; sleep 0.2; cat /tmp/copy > "$1"';
	await own.run(['sh', '-c', rewrite, 'sh', '/tmp/agent-run.sh']);
	t.like(await own.supervisor.ended('renewed'), exited(0, 'exit'));
});

/** Ways to be found by less than everything that marks a run. */
const escapes: Record<string, string> = {
	'a session of its own': 'setsid sleep SECONDS &',
	'a parent that has ended': '(setsid sh -c "sleep SECONDS & sleep SECONDS" &) &',
	'no environment': 'env -i sleep SECONDS &',
	'no environment and a session of its own': 'env -i setsid sleep SECONDS &',
	'no environment, a session of its own, and no standard streams':
		'env -i setsid sleep SECONDS < /dev/null > /dev/null 2>&1 &',
	'no descriptors and no mark, but a living parent':
		'env -i setsid sh -c "exec 7>&-; sleep SECONDS; true" < /dev/null > /dev/null 2>&1 &',
	'no descriptors and no mark, but a session with a marked process':
		'env -i sh -c "exec 7>&-; sleep SECONDS & sleep SECONDS" < /dev/null > /dev/null 2>&1 &',
};

/** Ways in which nobody watches over a run any more, or nobody could tell that somebody does. */
const losses: Record<string, string> = {
	'its supervisor is killed': 'kill -KILL $SUPERVISOR',
	'its supervisor is stopped': 'kill -STOP $SUPERVISOR',
	'its folder is deleted': 'rm -rf "$HOME/.agent-runs/ID"',
	'its folder is moved away': 'mv "$HOME/.agent-runs/ID" /tmp/moved-ID',
	'its end is forged': 'echo code=0 cause=exit oom=0 left=0 at=1 > "$HOME/.agent-runs/ID/exit"',
};

for (const [index, [loss, script]] of Object.entries(losses).entries()) {
	test.serial(`when ${loss}, nothing that belongs to the run escapes a clear`, async t => {
		const id = `lost-${index}`;
		const seconds = String(3000 + index);
		const children = Object.values(escapes).join('\n').replaceAll('SECONDS', seconds);
		await supervisor.start(`${id}.2`, [], 'sleep', `${seconds}9`);
		await supervisor.start(id, [], ...shell(`${children}\nsleep ${seconds}; sleep ${seconds}`));
		const sleeping = async () =>
			(await supervisor.processes()).match(new RegExp(`^sleep ${seconds} $`, 'gm'))?.length ?? 0;
		await eventually(async () => (await sleeping()) === Object.keys(escapes).length + 3);
		const find = `SUPERVISOR=$(sed "s/pid=\\([0-9]*\\).*/\\1/" "$HOME/.agent-runs/${id}/started")`;
		await box.run(['sh', '-c', `${find}; ${script.replaceAll('ID', id)}`]);
		t.is(await supervisor.clear(id), 0);
		// Its supervisor may be at the same work.
		await eventually(async () => (await sleeping()) === 0);
		t.not((await supervisor.status(id)).state, 'running');
		t.is((await supervisor.status(`${id}.2`)).state, 'running', 'another run is not touched');
		await supervisor.stop(`${id}.2`);
	});
}

test.serial('whatever becomes of its supervisor, a stop that waits ends a run', async t => {
	for (const [index, script] of Object.values(losses).entries()) {
		const id = `waited-${index}`;
		await supervisor.start(id, [], ...shell('trap "" TERM; sleep 3101; sleep 3101'));
		const find = `SUPERVISOR=$(sed "s/pid=\\([0-9]*\\).*/\\1/" "$HOME/.agent-runs/${id}/started")`;
		await box.run(['sh', '-c', `${find}; ${script.replaceAll('ID', id)}`]);
		await supervisor.stop(id, 'user', 2);
		t.is(await supervisor.count(id), 0, script);
	}
});

test('a run whose folder is deleted ends by itself', async t => {
	await supervisor.start(
		'unfounded',
		[],
		...shell('rm -rf "$HOME/.agent-runs/unfounded"; setsid sleep 3201 & sleep 3201'),
	);
	await eventually(async () => (await supervisor.count('unfounded')) === 0);
	t.false((await supervisor.processes()).includes('sleep 3201'));
	t.deepEqual(await supervisor.status('unfounded'), {state: 'absent'});
});
