import {type EntityManager, RequestContext} from '@mikro-orm/core';
import type {AppMiddleware} from './context.ts';

/** One entity manager per request: two requests never share rows in memory. */
export const unitOfWork =
	(orm: {em: EntityManager}): AppMiddleware =>
	(_ctx, next) =>
		RequestContext.create(orm.em, next);
