import test from 'ava';
import {permissions} from '../../src/access/permissions.ts';
import {authorize} from '../../src/http/authorize.ts';
import {createApiRouter} from '../../src/http/router.ts';
import {listRoutes, mount} from '../../src/http/routes.ts';
import {everyRoute} from '../helpers/every-route.ts';

test('a route without authorize keeps the service from starting', t => {
	const router = createApiRouter();
	router.get('/guarded', authorize('workspace.list'), ctx => {
		ctx.body = 1;
	});
	t.notThrows(() => listRoutes(mount([router])));
	router.delete('/open', ctx => {
		ctx.body = 1;
	});
	t.throws(() => listRoutes(mount([router])), {message: /DELETE \/api\/v1\/open has no authorize/});
});

test('what is open to everybody is this list', t => {
	const open = everyRoute.filter(({operation}) => operation === 'public').map(({path}) => path);
	t.deepEqual(open.toSorted(), [
		'/',
		'/api/v1/automation/webhooks/{id}',
		'/api/v1/invitations/preview',
		'/auth/callback',
		'/auth/login',
		'/auth/logout',
		'/auth/session',
		'/docs',
		'/docs/assets/local/{name}',
		'/health',
		'/health/keycloak',
		'/health/live',
		'/health/ready',
		'/openapi.json',
		'/redoc',
	]);
});

/** What a service asks for besides, because it is about something that the body names. `roles.test.ts` tries it. */
const inServices = ['team.workspaces.create'] as const;

test('every operation of the permission table guards something', t => {
	const used = new Set([...everyRoute.map(({operation}) => operation), ...inServices]);
	t.deepEqual(
		Object.keys(permissions).filter(operation => !used.has(operation as never)),
		[],
	);
});

test('every POST says what it does with an Idempotency-Key, and all but these honour it', t => {
	const posts = everyRoute.filter(({method}) => method === 'POST');
	t.deepEqual(
		posts.filter(({idempotent}) => idempotent === null).map(({path}) => path),
		[],
	);
	t.deepEqual(
		posts.filter(({idempotent}) => !idempotent).map(({path}) => path),
		[
			'/api/v1/workspaces/{id}/exec',
			'/api/v1/users/me/tokens',
			'/api/v1/workspaces/{id}/tokens',
			'/api/v1/automation/schedule-preview',
			'/api/v1/automation/jobs/{id}/webhook-key',
			'/auth/logout',
			'/api/v1/teams/{id}/invitations',
			'/api/v1/teams/{id}/invitations/{invitationId}/resend',
			'/api/v1/invitations/preview',
		],
	);
});
