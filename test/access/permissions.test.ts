import {readFileSync} from 'node:fs';
import test from 'ava';
import type {Actor} from '../../src/access/actor.ts';
import {permissionsPage} from '../../src/access/permissions-page.ts';
import {allowedOperations, allows, workspaceOperations} from '../../src/access/permissions.ts';

const member: Actor = {id: 'a', name: 'A', platformRole: 'member', grant: null};
const admin: Actor = {id: 'b', name: 'B', platformRole: 'admin', grant: null};

test('each role may what the ones below it may, and more', t => {
	const of = (role: 'viewer' | 'editor' | 'manager' | 'owner' | null) => new Set(allowedOperations(member, role));
	t.is(of(null).size, 0);
	t.deepEqual(
		[...of('viewer')],
		[
			'workspace.read',
			'workspace.logs',
			'workspace.stats',
			'workspace.activity',
			'workspace.events',
			'workspace.explanation',
			'workspace.queue',
			'workspace.members.list',
			'workspace.leave',
			'operation.read',
			'job.read',
			'execution.read',
			'execution.output',
		],
	);
	t.true(of('viewer').isSubsetOf(of('editor')));
	t.true(of('editor').isSubsetOf(of('manager')));
	t.deepEqual(
		[...of('manager').difference(of('editor'))],
		['workspace.update', 'workspace.members.write', 'secret.write'],
	);
	t.deepEqual([...of('owner').difference(of('manager'))], ['workspace.delete', 'workspace.transfer']);
	t.is(of('owner').size, workspaceOperations.length);
});

test('a platform administrator may what is about the service, and what a role says', t => {
	t.deepEqual(allowedOperations(admin, null), []);
	t.true(allows('metrics.read', admin, null));
	t.true(allows('workspace.create', admin, null));
});

test('a member may use the service, and not run it', t => {
	t.true(allows('workspace.create', member, null));
	t.true(allows('image.list', member, null));
	t.false(allows('metrics.read', member, null));
	t.true(allows('public', member, null));
});

test('docs/permissions.md is what the table says', t => {
	t.is(readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8'), permissionsPage());
});
