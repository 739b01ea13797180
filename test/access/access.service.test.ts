import test from 'ava';
import {createAccessService} from '../../src/access/access.service.ts';
import type {Actor} from '../../src/access/actor.ts';
import type {WorkspaceRole} from '../../src/access/permissions.ts';
import {rolesOf} from '../helpers/serve.ts';

const member: Actor = {id: 'a', name: 'A', platformRole: 'member', grant: null};
const admin: Actor = {id: 'b', name: 'B', platformRole: 'admin', grant: null};
const withRole = (role: WorkspaceRole | null) => createAccessService({roles: rolesOf(role)});

test('a stranger is told that there is no such thing', async t => {
	await t.throwsAsync(withRole(null).requireWorkspace(member, 'workspace.read', 'w'), {message: 'WORKSPACE_NOT_FOUND'});
	await t.throwsAsync(withRole(null).requireWorkspace(member, 'operation.read', 'w', 'OPERATION_NOT_FOUND'), {
		message: 'OPERATION_NOT_FOUND',
	});
});

test('a role that is too low is told which operation it may not', async t => {
	const error = await t.throwsAsync(withRole('viewer').requireWorkspace(member, 'workspace.start', 'w'));
	t.like(error, {code: 'PERMISSION_DENIED', params: {operation: 'workspace.start'}});
});

test('a role that is high enough is answered with', async t => {
	t.is(await withRole('editor').requireWorkspace(member, 'workspace.start', 'w'), 'editor');
	t.is(await withRole('manager').requireWorkspace(admin, 'workspace.update', 'w'), 'manager');
});

test('what is about the service asks for the platform role', t => {
	t.throws(() => withRole(null).requirePlatform(member, 'metrics.read'), {message: 'PERMISSION_DENIED'});
	t.notThrows(() => withRole(null).requirePlatform(admin, 'metrics.read'));
});
