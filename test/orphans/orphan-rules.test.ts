import test from 'ava';
import {
	keptBecause,
	orphanReason,
	type OrphanFacts,
	REMOVALS_A_SWEEP,
	toBeRemoved,
} from '../../src/orphans/orphan-rules.ts';

const now = Date.parse('2026-05-01T08:00:00Z');
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000);
const owner = {isDeleted: false, isBusy: false, generation: 3};
const orphan = (facts: Partial<OrphanFacts> = {}): OrphanFacts => ({
	type: 'container',
	reason: 'workspaceDeleted',
	createdAt: minutesAgo(11),
	sweeps: 2,
	...facts,
});

test('what belongs to a workspace is no orphan', t => {
	t.is(orphanReason({generation: 3}, owner), null);
	t.is(orphanReason({generation: null}, owner), null);
});

test('what belongs to nobody, to a deleted workspace, or to another generation is one', t => {
	t.is(orphanReason({generation: 3}, undefined), 'workspaceUnknown');
	t.is(orphanReason({generation: 3}, {...owner, isDeleted: true}), 'workspaceDeleted');
	t.is(orphanReason({generation: 2}, owner), 'otherGeneration');
	t.is(orphanReason({generation: 4}, owner), 'otherGeneration');
});

test('while an operation is under way nothing of its workspace is an orphan', t => {
	t.is(orphanReason({generation: 2}, {...owner, isBusy: true}), null);
	t.is(orphanReason({generation: 3}, {...owner, isBusy: true, isDeleted: true}), null);
});

test('an orphan goes when two sweeps saw it and it is older than ten minutes', t => {
	t.deepEqual(keptBecause(orphan(), now), []);
	t.deepEqual(keptBecause(orphan({sweeps: 1}), now), ['seenOnce']);
	t.deepEqual(keptBecause(orphan({createdAt: minutesAgo(9)}), now), ['young']);
	t.deepEqual(keptBecause(orphan({sweeps: 1, createdAt: minutesAgo(9)}), now), ['seenOnce', 'young']);
});

test('files go only when the database says that their workspace was deleted', t => {
	t.deepEqual(keptBecause(orphan({type: 'volume'}), now), []);
	t.deepEqual(keptBecause(orphan({type: 'volume', reason: 'workspaceUnknown'}), now), ['filesOfUnknown']);
	t.deepEqual(keptBecause(orphan({type: 'network', reason: 'workspaceUnknown'}), now), []);
});

test('a sweep removes ten at most, containers first, and the oldest of them', t => {
	const many = Array.from({length: 8}, (_, index) => [
		orphan({type: 'volume', createdAt: minutesAgo(100 + index)}),
		orphan({type: 'container', createdAt: minutesAgo(20 + index)}),
	]).flat();
	const removed = toBeRemoved([...many, orphan({sweeps: 1})], now);
	t.is(removed.length, REMOVALS_A_SWEEP);
	t.deepEqual(
		removed.map(({type, createdAt}) => `${type} ${(now - createdAt.getTime()) / 60_000}`),
		[27, 26, 25, 24, 23, 22, 21, 20].map(age => `container ${age}`).concat('volume 107', 'volume 106'),
	);
});
