import {type Operation, permissions} from '../access/permissions.ts';
import {type AppRouter, createRootRouter} from './router.ts';

/** One registered route. `path` is in the notation of OpenAPI: `/api/v1/workspaces/{id}`. */
export interface Route {
	method: string;
	path: string;
	operation: Operation;
	/** What it does with an `Idempotency-Key`; null: it does not look at it. */
	idempotent: boolean | null;
}

/** All routers in one, so that an address which one of them knows is a 405 and not a 404 of another. */
export const mount = (routers: readonly AppRouter[]): AppRouter => {
	const root = createRootRouter();
	for (const router of routers) root.use(router.routes());
	return root;
};

/** Every route with the operation that guards it. Throws for one that nothing guards: better no service than an open one. */
export const listRoutes = (router: AppRouter): Route[] =>
	router.stack
		.filter(layer => layer.methods.length > 0)
		.flatMap(layer => {
			const guard = layer.stack.map(operationOf).find(operation => operation !== null);
			if (!guard) throw new Error(`${layer.methods.join('/')} ${String(layer.path)} has no authorize()`);
			return layer.methods
				.filter(method => method !== 'HEAD')
				.map(method => ({
					method,
					path: String(layer.path).replaceAll(/:(\w+)/g, '{$1}'),
					operation: guard,
					idempotent: layer.stack.map(idempotenceOf).find(answer => answer !== null) ?? null,
				}));
		});

const operationOf = (middleware: object): Operation | null => {
	const operation: unknown = 'operation' in middleware ? middleware.operation : null;
	return typeof operation === 'string' && operation in permissions ? (operation as Operation) : null;
};

const idempotenceOf = (middleware: object): boolean | null =>
	'idempotent' in middleware && typeof middleware.idempotent === 'boolean' ? middleware.idempotent : null;
