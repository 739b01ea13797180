import test from 'ava';
import {permissions} from '../../../src/access/permissions.ts';
import {operationsOf, scopes} from '../../../src/sign-in/access-tokens/scopes.ts';

const all = Object.keys(permissions).filter(operation => operation !== 'public');

test('* is everything, a group is all that begins with its word, an operation is itself', t => {
	t.deepEqual(operationsOf(['*']) as string[], all);
	t.deepEqual(
		operationsOf(['job.*']) as string[],
		all.filter(operation => operation.startsWith('job.')),
	);
	t.deepEqual(operationsOf(['job.run', 'workspace.start']), ['workspace.start', 'job.run']);
	t.deepEqual(operationsOf(['workspace.start', 'workspace.*']), operationsOf(['workspace.*']));
	t.deepEqual(operationsOf([]), []);
});

test('what there was no such operation for, or is none any more, is good for nothing', t => {
	t.deepEqual(operationsOf(['job', 'job.', 'jo.*', 'workspace.explode']), []);
});

test('every operation that needs signing in can be granted, alone and in a group', t => {
	t.deepEqual(
		all.filter(operation => !scopes.includes(operation)),
		[],
	);
	const groups = scopes.filter(scope => scope.endsWith('.*'));
	t.deepEqual(operationsOf(groups) as string[], all);
	t.false(scopes.includes('public'));
});
