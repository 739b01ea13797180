import test from 'ava';
import {
	admissible,
	catchUpPolicies,
	decideOverlap,
	mayStillRun,
	overlapPolicies,
	type QueuedRun,
	RUNS_PER_WORKSPACE,
} from '../../src/automation/execution-rules.ts';

const table = {
	skip: ['start', 'skip', 'skip', 'skip'],
	bufferOne: ['start', 'queue', 'skip', 'skip'],
	bufferAll: ['start', 'queue', 'queue', 'queue'],
	cancelOther: ['start', 'replace', 'replace', 'replace'],
	allowAll: ['start', 'start', 'start', 'start'],
} as const;
const situations = [
	{active: 0, queued: 0},
	{active: 1, queued: 0},
	{active: 1, queued: 1},
	// One that waits for a place in the workspace is in the way like one that runs.
	{active: 0, queued: 1},
];

for (const policy of overlapPolicies) {
	test(`with the overlap policy ${policy} a run is started, queued, skipped or put in place of others as the table says`, t => {
		const expected = table[policy];
		t.deepEqual(
			situations.map(situation => decideOverlap(policy, situation)),
			[...expected],
		);
	});
}

const punctual = {lateSeconds: 59, jitterSeconds: 0, windowSeconds: 3600, isLatest: false};

for (const policy of catchUpPolicies) {
	test(`a run that is less than a minute late begins, whatever the catch-up policy (${policy})`, t => {
		t.true(mayStillRun(policy, punctual));
		t.true(mayStillRun(policy, {...punctual, lateSeconds: 80, jitterSeconds: 30}));
	});

	test(`outside of its window nothing is caught up with (${policy})`, t => {
		t.false(mayStillRun(policy, {...punctual, lateSeconds: 3601, isLatest: true}));
	});
}

test('within the window, all are caught up with, or the latest, or none', t => {
	const late = {...punctual, lateSeconds: 600};
	const answers = (isLatest: boolean) => catchUpPolicies.map(policy => mayStillRun(policy, {...late, isLatest}));
	t.deepEqual(answers(true), [false, true, true]);
	t.deepEqual(answers(false), [false, false, true]);
});

const queued = (id: string, jobId: string, overlap: QueuedRun['overlap'] = 'bufferAll'): QueuedRun => ({
	id,
	jobId,
	overlap,
});

test('the oldest goes on first, and runs of one job stay one after the other', t => {
	const waiting = [queued('1', 'a'), queued('2', 'a'), queued('3', 'b')];
	t.deepEqual(admissible(waiting, []), ['1', '3']);
	t.deepEqual(admissible(waiting, ['a']), ['3']);
	t.deepEqual(admissible(waiting, ['a', 'b']), []);
});

test('runs of a job that may overlap go on together, as far as the workspace has room', t => {
	const waiting = Array.from({length: 9}, (_, index) => queued(String(index), 'a', 'allowAll'));
	t.is(admissible(waiting, []).length, RUNS_PER_WORKSPACE);
	t.is(admissible(waiting, ['b', 'b']).length, RUNS_PER_WORKSPACE - 2);
	t.deepEqual(
		admissible(
			waiting,
			Array.from({length: RUNS_PER_WORKSPACE}, () => 'c'),
		),
		[],
	);
});
