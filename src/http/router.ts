import Router from '@koa/router';
import type {AppState} from './context.ts';

export type AppRouter = Router<AppState>;

export const apiPrefix = '/api/v1';

/** A router under `/api/v1`, where every resource lives. */
export const createApiRouter = (): AppRouter => new Router<AppState>({prefix: apiPrefix});

/** A router at the root, for what is about the service itself: health, documentation, metrics. */
export const createRootRouter = (): AppRouter => new Router<AppState>();
