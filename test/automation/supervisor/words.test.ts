import test from 'ava';
import {renderEnvFile} from '../../../src/automation/supervisor/env-file.ts';
import {parseRunState} from '../../../src/automation/supervisor/run-state.ts';

test('what the supervisor says of a run is read back', t => {
	t.deepEqual(parseRunState('absent\n'), {state: 'absent'});
	t.deepEqual(parseRunState('running out=7 err=0\n'), {state: 'running', outBytes: 7, errBytes: 0});
	t.deepEqual(parseRunState('lost out=0 err=3\n'), {state: 'lost', outBytes: 0, errBytes: 3});
	t.deepEqual(parseRunState('exited code=143 cause=stopped:user oom=1 left=0 at=1795587243 out=7 err=0\n'), {
		state: 'exited',
		exitCode: 143,
		cause: 'stopped:user',
		oomKills: 1,
		left: 0,
		outBytes: 7,
		errBytes: 0,
	});
	for (const line of ['', 'sh: not found', 'running', 'exited code=x cause=exit oom=0 left=0 out=0 err=0'])
		t.throws(() => parseRunState(line), undefined, line);
});

test('no variable can become two', t => {
	t.is(renderEnvFile({A: 'x\nB=y', C: String.raw`back\slash\n`}), 'A=x\\nB=y\nC=back\\\\slash\\\\n\n');
	for (const bad of [{'A=B': 'x'}, {'A\nB': 'x'}, {'': 'x'}, {A: 'nul\0'}])
		t.throws(() => renderEnvFile(bad as unknown as Record<string, string>), {instanceOf: RangeError});
});
