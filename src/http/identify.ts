import {randomUUID} from 'node:crypto';
import type {ParameterizedContext} from 'koa';
import type {Language} from '../i18n/translate.ts';
import type {Logger} from '../logger.ts';
import type {AppContext, AppMiddleware, AppState} from './context.ts';

/** Gives every request an id, a language and a log, and writes one line when it is over. */
export const identify =
	(log: Logger): AppMiddleware =>
	(ctx, next) => {
		const started = performance.now();
		const given = ctx.get('X-Request-Id');
		ctx.state.requestId = safeId.test(given) ? given : randomUUID();
		ctx.state.log = log.child({requestId: ctx.state.requestId});
		ctx.set('X-Request-Id', ctx.state.requestId);
		speak(ctx, chooseLanguage(ctx.acceptsLanguages()));
		ctx.vary('Accept-Language');
		ctx.res.once('close', () => writeLine(ctx, started));
		return next();
	};

/** The language of the answer from here on. */
export const speak = (ctx: Pick<AppContext, 'set'> & {state: {language: Language}}, language: Language): void => {
	ctx.state.language = language;
	ctx.set('Content-Language', language);
};

/** What the request's route is called in logs and metrics: its pattern, so that no id gets in. */
export const routeOf = (ctx: object): string =>
	'_matchedRoute' in ctx && typeof ctx._matchedRoute === 'string' ? ctx._matchedRoute : 'none';

/** The first of the reader's languages that there are texts in, best first; otherwise English. */
export const chooseLanguage = (accepted: readonly string[]): Language => {
	for (const tag of accepted) {
		if (traditionalChinese.test(tag)) return 'zh-TW';
		if (/^(en\b|\*$)/i.test(tag)) return 'en';
	}
	return 'en';
};

const safeId = /^[\w.:-]{1,128}$/;
const traditionalChinese = /^zh-(TW|HK|Hant)\b/i;
const quiet = /^\/(health|metrics)\b/;

const writeLine = (ctx: ParameterizedContext<AppState>, started: number): void => {
	const line = {
		method: ctx.method,
		route: routeOf(ctx),
		status: ctx.res.statusCode,
		ms: Math.round(performance.now() - started),
		code: ctx.state.errorCode,
		actor: (ctx.state as Partial<AppState>).actor?.id,
		aborted: ctx.res.writableFinished ? undefined : true,
	};
	const level = quiet.test(line.route) && line.status < 500 ? 'debug' : 'info';
	ctx.state.log[level](line, 'request');
};
