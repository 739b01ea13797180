import bourne from '@hapi/bourne';
import {koaBody} from 'koa-body';
import {AppError} from '../errors.ts';
import {translate} from '../i18n/translate.ts';
import type {AppMiddleware, RouteContext} from './context.ts';
import {isDeeper} from './validation/depth.ts';

const limitBytes = 1024 * 1024;
const jsonTypes = ['application/json', 'application/merge-patch+json'];
/** No body of this API needs more, and what is deeper costs whoever walks through it. */
const mostLevels = 64;

/**
 * Says how the body is read. Nothing is read here: `authorize` does it for a caller who is known, so that nobody else makes the service read and parse.
 * `readBody` puts a JSON body into `ctx.request.body`; without one that stays undefined. It rejects with INVALID_JSON, BODY_TOO_LARGE,
 * UNSUPPORTED_MEDIA_TYPE, and VALIDATION_FAILED for one that is nested too deep. What is in it is for `parseBody` to judge. `readBytes` answers the
 * bytes as they came, of whatever type; it rejects with BODY_TOO_LARGE.
 */
export const bodyReaders = (): AppMiddleware => (context, next) => {
	const ctx = context as RouteContext;
	ctx.state.readBytes = limit => readBytes(ctx, limit);
	ctx.state.readBody = async () => {
		if (!hasBody(ctx)) return;
		if (!ctx.is(jsonTypes)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
		const bytes = await readBytes(ctx, limitBytes);
		if (bytes.length > 0) Object.assign(ctx.request, {body: parse(bytes, ctx)});
	};
	return next();
};

const hasBody = (ctx: RouteContext): boolean => (ctx.request.length ?? 0) > 0 || ctx.get('Transfer-Encoding') !== '';

const readBytes = async (ctx: RouteContext, limit: number): Promise<Buffer> => {
	// Whatever its type is, and also when it has none.
	ctx.req.headers['content-type'] ??= 'application/octet-stream';
	const read = koaBody({
		json: false,
		multipart: false,
		urlencoded: false,
		text: true,
		textTypes: ['*/*'],
		textLimit: limit,
		// One character for each byte: nothing is replaced.
		encoding: 'binary',
		onError: error => {
			throw toAppError(error, limit);
		},
	}) as AppMiddleware;
	await read(ctx, async () => {});
	const text: unknown = ctx.request.body;
	delete ctx.request.body;
	return Buffer.from(typeof text === 'string' ? text : '', 'binary');
};

const parse = (bytes: Buffer, {state: {language}}: RouteContext): unknown => {
	const text = decode(bytes);
	if (isDeeper(text, mostLevels)) {
		const message = translate(language, 'validation.TOO_DEEP', {levels: mostLevels});
		throw new AppError('VALIDATION_FAILED', {}, {fields: [{path: '', code: 'TOO_DEEP', message}]});
	}
	try {
		// As JSON.parse, but it refuses a key `__proto__`.
		return bourne.parse(text);
	} catch (cause) {
		throw new AppError('INVALID_JSON', {}, {cause});
	}
};

const decode = (bytes: Buffer): string => {
	try {
		return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
	} catch (cause) {
		throw new AppError('INVALID_JSON', {}, {cause});
	}
};

const toAppError = (error: Error, limit: number): AppError => {
	const status = 'status' in error ? error.status : undefined;
	if (status === 413) return new AppError('BODY_TOO_LARGE', {limitBytes: limit}, {cause: error});
	if (status === 415) return new AppError('UNSUPPORTED_MEDIA_TYPE', {}, {cause: error});
	return new AppError('INVALID_JSON', {}, {cause: error});
};
