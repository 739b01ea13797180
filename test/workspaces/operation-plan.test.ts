import test from 'ava';
import {planSteps, type PlanFacts} from '../../src/workspaces/operation-plan.ts';
import type {OperationKind} from '../../src/workspaces/workspace-lifecycle.ts';

const docker: PlanFacts['runtimeSteps'] = [
	{name: 'network', keepsFiles: false},
	{name: 'volume', keepsFiles: true},
	{name: 'container', keepsFiles: false},
	{name: 'ready', keepsFiles: false},
];
const plan = (kind: OperationKind, facts: Partial<PlanFacts> = {}) =>
	planSteps(kind, {
		runtimeSteps: docker,
		isFresh: false,
		makesNewGeneration: false,
		hasGitUrl: false,
		hasSetupScript: false,
		...facts,
	}).join(' ');

test('create makes everything and then fetches the files', t => {
	const facts = {isFresh: true, hasGitUrl: true, hasSetupScript: true};
	t.is(plan('create', facts), 'network volume container ready checkout setup');
	t.is(plan('create', {isFresh: true, hasSetupScript: true}), 'network volume container ready setup');
	t.is(plan('create', {isFresh: true}), 'network volume container ready');
});

test('start makes no volume: one that is gone must not be replaced by an empty one', t => {
	t.is(plan('start', {hasGitUrl: true, hasSetupScript: true}), 'network container ready');
});

test('start after a create that failed does what create would have done', t => {
	const facts = {isFresh: true, makesNewGeneration: true, hasGitUrl: true};
	t.is(plan('start', facts), 'network volume container ready discard checkout');
});

test('restart stops first', t => t.is(plan('restart'), 'stop network container ready'));

test('rebuild removes the old container only when the new one is ready', t => {
	t.is(plan('rebuild', {makesNewGeneration: true}), 'stop network container ready discard');
});

test('stop tells whoever uses it first', t => t.is(plan('stop'), 'drain stop'));

test('delete tells whoever uses it, goes backwards, and looks whether anything is left', t => {
	t.is(plan('delete'), 'drain container volume network confirm');
});

test('bootstrap has the steps that there is something for', t => {
	t.is(plan('bootstrap'), '');
	t.is(plan('bootstrap', {hasGitUrl: true, hasSetupScript: true}), 'checkout setup');
});
