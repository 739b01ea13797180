import test from 'ava';
import {repairDecision, repairDelayMs} from '../../src/workspaces/repair.ts';

type Facts = Parameters<typeof repairDecision>[0];
const now = Date.parse('2026-05-01T08:00:00Z');
const decision = (facts: Partial<Facts> = {}) =>
	repairDecision(
		{
			status: 'running',
			desired: 'running',
			observed: 'dead',
			exitCode: 1,
			restartPolicy: {mode: 'onFailure', maxRetries: 3},
			repairs: 0,
			repairAfter: null,
			...facts,
		},
		now,
	);

test('a container that died is started again', t => t.deepEqual(decision(), {kind: 'repair', by: 'start'}));

test('a container that is gone is made again', t =>
	t.deepEqual(decision({observed: 'absent'}), {kind: 'repair', by: 'start'}));

test('nothing is repaired while the container runs, or nobody wants it to', t => {
	t.deepEqual(decision({observed: 'running'}), {kind: 'fine'});
	t.deepEqual(decision({observed: 'starting'}), {kind: 'fine'});
	t.deepEqual(decision({desired: 'stopped'}), {kind: 'fine'});
	t.deepEqual(decision({status: 'stopped'}), {kind: 'fine'});
	t.deepEqual(decision({status: 'error'}), {kind: 'fine'});
});

test('what somebody else started is stopped when it is wanted stopped, and taken over when it is wanted running', t => {
	const started = {observed: 'running'} as const;
	t.deepEqual(decision({...started, status: 'stopped', desired: 'stopped'}), {kind: 'repair', by: 'stop'});
	t.deepEqual(decision({...started, status: 'error', desired: 'running'}), {kind: 'repair', by: 'start'});
	t.deepEqual(decision({...started, status: 'error', desired: 'stopped'}), {kind: 'fine'});
	t.deepEqual(decision({...started, status: 'deleting', desired: 'deleted'}), {kind: 'fine'});
});

test('a repair waits for its time', t => {
	t.deepEqual(decision({repairAfter: new Date(now + 1)}), {kind: 'wait', until: new Date(now + 1)});
	t.deepEqual(decision({repairAfter: new Date(now)}), {kind: 'repair', by: 'start'});
});

test('after so many repairs the workspace is in error, not in a loop', t => {
	t.deepEqual(decision({repairs: 3}), {kind: 'giveUp', status: 'error', code: 'crashLoop'});
});

test('onFailure leaves a container alone that ended well', t => {
	t.deepEqual(decision({observed: 'stopped', exitCode: 0}), {kind: 'giveUp', status: 'stopped', code: 'exited'});
});

test('always starts it again, however it ended', t => {
	const restartPolicy = {mode: 'always', maxRetries: 3} as const;
	t.deepEqual(decision({restartPolicy, observed: 'stopped', exitCode: 0}), {kind: 'repair', by: 'start'});
});

test('never means never, and says so in the status', t => {
	const restartPolicy = {mode: 'never', maxRetries: 3} as const;
	t.deepEqual(decision({restartPolicy}), {kind: 'giveUp', status: 'error', code: 'exited'});
	t.deepEqual(decision({restartPolicy, observed: 'stopped'}), {kind: 'giveUp', status: 'stopped', code: 'exited'});
});

test('repairs come ever later, up to a minute', t => {
	t.deepEqual([0, 1, 2, 3, 10].map(repairDelayMs), [1000, 2000, 4000, 8000, 60_000]);
});
