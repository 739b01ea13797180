import test from 'ava';
import {isShort, nextDay, startOfDay, subjectOf} from '../../src/quotas/quota.ts';

const row = (quota: 'cpus' | 'spendPerDayUsd', limit: number, used: number, wanted: number) =>
	isShort({quota, limit, used, wanted});

test('there is room up to the limit, and not beyond', t => {
	t.false(row('cpus', 4, 3, 1));
	t.true(row('cpus', 4, 3, 1.5));
	t.true(row('cpus', 0, 0, 0.5));
	t.false(row('cpus', 0.3, 0.1, 0.2), 'decimals add up');
});

test('who wants nothing more is never refused, however much they have', t => {
	t.false(row('cpus', 1, 8, 0));
	t.false(row('cpus', 1, 8, -2));
});

test('of money what is spent counts: nobody knows what a run will cost', t => {
	t.false(row('spendPerDayUsd', 5, 4.99, 0));
	t.true(row('spendPerDayUsd', 5, 5, 0));
	t.true(row('spendPerDayUsd', 0, 0, 0));
});

test('a workspace counts for its team, or for its owner', t => {
	t.deepEqual(subjectOf({team: 't', owner: 'o'}), {type: 'team', id: 't'});
	t.deepEqual(subjectOf({team: null, owner: 'o'}), {type: 'user', id: 'o'});
});

test('a day is one of UTC', t => {
	const now = new Date('2026-03-29T23:30:00+02:00');
	t.is(startOfDay(now).toISOString(), '2026-03-29T00:00:00.000Z');
	t.is(nextDay(now).toISOString(), '2026-03-30T00:00:00.000Z');
	t.is(startOfDay(new Date('2026-03-29T00:00:00Z')).toISOString(), '2026-03-29T00:00:00.000Z');
});
