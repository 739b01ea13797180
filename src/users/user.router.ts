import {allows} from '../access/permissions.ts';
import {AppError} from '../errors.ts';
import {authorize} from '../http/authorize.ts';
import type {RouteContext} from '../http/context.ts';
import {toPage} from '../http/page.ts';
import {parseBody, parseId, parseQuery} from '../http/parse.ts';
import {ifMatch, setRevision} from '../http/revision.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import type {User} from './user.entity.ts';
import {ListUsers, UpdateMe, UpdateUser} from './user.schema.ts';
import type {UserService} from './user.service.ts';
import {viewMe, viewPerson, viewUser} from './user.view.ts';

export const createUserRouter = ({users}: {users: UserService}): AppRouter => {
	const router = createApiRouter();
	const userId = (ctx: RouteContext) => parseId(ctx.params['id'], 'USER_NOT_FOUND');

	const showMe = (ctx: RouteContext, user: User): void => {
		// The role may come from the token.
		setRevision(ctx, user.revision, {isWhole: false});
		ctx.body = viewMe(user, ctx.state.actor);
	};

	const show = (ctx: RouteContext, user: User): void => {
		// Being seen is no change.
		setRevision(ctx, user.revision, {isWhole: false});
		ctx.body = viewUser(user);
	};

	/**
	 * @openapi
	 * /api/v1/users/me:
	 *   get:
	 *     tags: [Users]
	 *     operationId: getMe
	 *     summary: Who the caller is
	 *     responses:
	 *       200:
	 *         description: The caller
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Me'}}}
	 *   patch:
	 *     tags: [Users]
	 *     operationId: updateMe
	 *     summary: Change one's own name, language or time zone
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/UpdateMe'}}}
	 *     responses:
	 *       200:
	 *         description: The caller as they are now
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Me'}}}
	 */
	router.get('/users/me', authorize('user.me.read'), async ctx => showMe(ctx, await users.get(ctx.state.actor.id)));

	router.patch('/users/me', authorize('user.me.update'), async ctx =>
		showMe(ctx, await users.updateMe(ctx.state.actor, parseBody(ctx, UpdateMe), ifMatch(ctx))),
	);

	/**
	 * @openapi
	 * /api/v1/users:
	 *   get:
	 *     tags: [Users]
	 *     operationId: listUsers
	 *     summary: People
	 *     description: >
	 *       For administrators everybody, as users. For others those who are enabled and whose name matches `query`, which they have to give, as persons;
	 *       the other filters and orders are not for them.
	 *     x-query: ListUsers
	 *     responses:
	 *       200:
	 *         description: One page
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/UserPage'}}}
	 */
	router.get('/users', authorize('user.list'), async ctx => {
		const query = parseQuery(ctx, ListUsers);
		const asPicker = !allows('user.read', ctx.state.actor, null);
		if (asPicker) requirePicker(query);
		const [found, total] = await users.list(query, {asPicker});
		ctx.body = toPage<object>(found.map(asPicker ? viewPerson : viewUser), query, total);
	});

	/**
	 * @openapi
	 * /api/v1/users/{id}:
	 *   get:
	 *     tags: [Users]
	 *     operationId: getUser
	 *     summary: Somebody
	 *     responses:
	 *       200:
	 *         description: The user
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}
	 *   patch:
	 *     tags: [Users]
	 *     operationId: updateUser
	 *     summary: Make somebody an administrator or a member, disable or enable them
	 *     description: >
	 *       Whoever is disabled can do nothing any more, and what only they were allowed ends with it: their jobs are paused, what runs as them is
	 *       cancelled. Never the last administrator who can sign in (LAST_ADMINISTRATOR), never the only owner of a team who can sign in (LAST_OWNER, with
	 *       the team), and never oneself (CANNOT_DISABLE_YOURSELF).
	 *     requestBody:
	 *       required: true
	 *       content: {application/json: {schema: {$ref: '#/components/schemas/UpdateUser'}}}
	 *     responses:
	 *       200:
	 *         description: The user as they are now
	 *         headers:
	 *           ETag: {description: Its revision, schema: {type: string}}
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}
	 */
	router.get('/users/:id', authorize('user.read'), async ctx => show(ctx, await users.get(userId(ctx))));

	router.patch('/users/:id', authorize('user.update'), async ctx =>
		show(ctx, await users.update(ctx.state.actor, userId(ctx), parseBody(ctx, UpdateUser), ifMatch(ctx))),
	);

	return router;
};

/** What those may ask for who only want to find somebody: the rest would tell them more than a name. */
const requirePicker = ({query, platformRole, disabled, sort}: ListUsers): void => {
	if (platformRole !== undefined || disabled !== undefined || !sort.endsWith('name'))
		throw new AppError('PERMISSION_DENIED', {operation: 'user.read'});
	if (query === undefined) throw new AppError('VALIDATION_FAILED', {}, {fields: [{path: 'query', code: 'REQUIRED'}]});
};
