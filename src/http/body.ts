import {koaBody} from 'koa-body';
import {AppError} from '../errors.ts';
import type {AppMiddleware} from './context.ts';

const limitBytes = 1024 * 1024;
const jsonTypes = ['application/json', 'application/merge-patch+json'];

/**
 * Reads a JSON body into `ctx.request.body`; without one that stays undefined. Rejects with INVALID_JSON, BODY_TOO_LARGE and
 * UNSUPPORTED_MEDIA_TYPE. What is in it is for `parseBody` to judge.
 */
export const readBody = (): AppMiddleware => {
	const read = koaBody({
		jsonTypes,
		jsonLimit: limitBytes,
		jsonStrict: false, // a bare string or number is JSON too: the schema refuses it, and says why
		includeUnparsed: true,
		multipart: false,
		urlencoded: false,
		text: false,
		onError: error => {
			throw toAppError(error);
		},
	}) as AppMiddleware;
	return (ctx, next) => {
		const hasBody = (ctx.request.length ?? 0) > 0 || ctx.get('Transfer-Encoding') !== '';
		if (hasBody && !ctx.is(jsonTypes)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
		return read(ctx, () => {
			if (ctx.request.rawBody === '') delete ctx.request.body;
			return next();
		});
	};
};

const toAppError = (error: Error): AppError => {
	const status = 'status' in error ? error.status : undefined;
	if (status === 413) return new AppError('BODY_TOO_LARGE', {limitBytes}, {cause: error});
	if (status === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE', {}, {cause: error});
	return new AppError('INVALID_JSON', {}, {cause: error});
};
