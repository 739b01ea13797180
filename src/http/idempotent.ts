import {createHash} from 'node:crypto';
import {AppError} from '../errors.ts';
import type {StoredAnswer} from '../idempotency/idempotency.service.ts';
import type {RouteContext, RouteMiddleware} from './context.ts';

/** What a route does with an `Idempotency-Key`; read by the API document and by a test that no POST is without. */
export type Idempotent = RouteMiddleware & {readonly idempotent: boolean};

/**
 * Behind `authorize`, before the handler: with an `Idempotency-Key` the request takes effect once, and is answered the same each time. The
 * handler's changes and the answer are one transaction. Rejects with IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_IN_PROGRESS and
 * IDEMPOTENCY_KEY_REUSED.
 */
export const idempotent: Idempotent = Object.assign(
	(async (ctx, next) => {
		const key = ctx.get('Idempotency-Key');
		if (!key) return next();
		if (!visibleAscii.test(key)) throw invalidKey();
		const request = {
			actor: ctx.state.actor.id,
			key,
			route: `${ctx.method} ${ctx.path}`,
			digest: createHash('sha256')
				.update(JSON.stringify(ctx.request.body ?? null))
				.digest('hex'),
		};
		const {answer, replayed} = await ctx.state.idempotency.once(request, async () => {
			await next();
			return toAnswer(ctx);
		});
		if (replayed) replay(ctx, answer);
	}) satisfies RouteMiddleware,
	{idempotent: true},
);

/** For what cannot be kept in a transaction. A key is refused: ignoring it would be a promise that is not kept. */
export const notIdempotent: Idempotent = Object.assign(
	((ctx, next) => {
		if (ctx.get('Idempotency-Key')) throw new AppError('IDEMPOTENCY_NOT_SUPPORTED');
		return next();
	}) satisfies RouteMiddleware,
	{idempotent: false},
);

const visibleAscii = /^[\x21-\x7e]{1,255}$/;
const kept = ['Location', 'ETag', 'Cache-Control', 'Content-Language', 'Content-Type'];

const toAnswer = (ctx: RouteContext): StoredAnswer => ({
	status: ctx.status,
	headers: Object.fromEntries(kept.map(name => [name, ctx.response.get(name)]).filter(([, value]) => value)),
	body: JSON.stringify(ctx.body),
});

const replay = (ctx: RouteContext, {status, headers, body}: StoredAnswer): void => {
	ctx.status = status;
	ctx.body = body;
	ctx.set(headers);
	ctx.set('Idempotency-Replayed', 'true');
};

const invalidKey = (): AppError =>
	new AppError('IDEMPOTENCY_KEY_INVALID', {}, {fields: [{path: 'Idempotency-Key', code: 'IDEMPOTENCY_KEY_INVALID'}]});
