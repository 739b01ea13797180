import test from 'ava';
import type {ContainerDetail, ContainerRow} from '../../src/containers/docker/answers.ts';
import {observeDetail, observeRow} from '../../src/containers/docker/reading/read-container.ts';

const on = {Networks: {'wsm-1': {}}};
const off = {Networks: {}};

const detail = (state: Partial<ContainerDetail['State']>, NetworkSettings: ContainerDetail['NetworkSettings'] = on) =>
	observeDetail(
		{
			Id: 'a',
			State: {Status: 'exited', OOMKilled: false, ExitCode: 0, StartedAt: '2026-01-02T03:04:05.123456789Z', ...state},
			Config: {Labels: {}},
			NetworkSettings,
		},
		3,
	);

const row = (State: string, Status: string, NetworkSettings: ContainerRow['NetworkSettings'] = on) =>
	observeRow({Id: 'a', Names: ['/wsm-1-3'], Created: 1, State, Status, Labels: {}, NetworkSettings}, 3);

test('an inspection says it all', t => {
	const startedAt = new Date('2026-01-02T03:04:05.123Z');
	const ended = {generation: 3, startedAt};
	const running = {...ended, state: 'running', exitCode: null, reason: null} as const;
	t.deepEqual(detail({Status: 'running'}), running);
	t.deepEqual(detail({Status: 'paused'}), running);
	t.deepEqual(detail({ExitCode: 0}), {...ended, state: 'stopped', exitCode: 0, reason: null});
	t.deepEqual(detail({ExitCode: 1}), {...ended, state: 'dead', exitCode: 1, reason: 'exited'});
	t.deepEqual(detail({ExitCode: 137}), {...ended, state: 'dead', exitCode: 137, reason: 'exited'});
	t.deepEqual(detail({ExitCode: 137, OOMKilled: true}), {
		...ended,
		state: 'dead',
		exitCode: 137,
		reason: 'outOfMemory',
	});
	t.like(detail({Status: 'dead', ExitCode: 1}), {state: 'dead'});
});

test('out of memory is the reason only when it is what ended the container', t => {
	t.like(detail({ExitCode: 3, OOMKilled: true}), {state: 'dead', reason: 'exited'});
	t.like(detail({Status: 'running', OOMKilled: true}), {state: 'running', reason: null});
});

test('off its network means that the stop was ours, whatever the exit code', t => {
	for (const ExitCode of [0, 1, 137, 143])
		t.like(detail({ExitCode}, off), {state: 'stopped', exitCode: ExitCode, reason: null});
	t.like(row('exited', 'Exited (137) 2 seconds ago', off), {state: 'stopped', exitCode: 137, reason: null});
});

test('one that was made and never started is starting, and one that could not be started is dead', t => {
	const never = '0001-01-01T00:00:00Z';
	t.like(detail({Status: 'created', StartedAt: never}), {state: 'starting', exitCode: null, startedAt: null});
	t.like(detail({Status: 'created', StartedAt: never, ExitCode: 127}), {state: 'dead', exitCode: 127});
	t.like(detail({Status: 'created', StartedAt: never}, off), {state: 'stopped'});
});

test('a row of the list says less, and never guesses', t => {
	t.deepEqual(row('running', 'Up 5 minutes'), {
		state: 'running',
		generation: 3,
		exitCode: null,
		reason: null,
		startedAt: null,
	});
	t.like(row('running', 'Up 2 hours (Paused)'), {state: 'running'});
	t.like(row('created', 'Created'), {state: 'starting', exitCode: null});
	t.like(row('exited', 'Exited (0) 3 weeks ago'), {state: 'stopped', exitCode: 0});
	t.like(row('exited', 'Exited (2) About an hour ago'), {state: 'dead', exitCode: 2, reason: 'exited'});
	t.like(row('exited', 'Exited (137) Less than a second ago'), {state: 'dead', exitCode: 137, reason: null});
});
