import {fileURLToPath} from 'node:url';
import swaggerJsdoc from 'swagger-jsdoc';
import {service} from '../../version.ts';
import type {Route} from '../routes.ts';
import {complete} from './complete-operation.ts';
import type {OpenApiDocument, PathItem} from './openapi.types.ts';
import {registeredSchemas} from './registered-schemas.ts';
import {sharedComponents} from './shared-components.ts';

const sources = fileURLToPath(new URL('../../**/*.router.ts', import.meta.url));

/**
 * The API document, OpenAPI 3.1: schemas from the zod schemas that validate, paths from the comments over the routes, and
 * what all operations share (errors, headers, permissions) from the registered routes. Build it once; it reads files.
 */
export const buildOpenApi = (routes: readonly Route[]): OpenApiDocument => {
	const schemas = registeredSchemas();
	const comments = swaggerJsdoc({
		definition: {openapi: '3.1.0', info: {title: service.name, version: service.version}},
		apis: [sources],
		failOnErrors: true,
	}) as {paths: Record<string, PathItem>};
	for (const {method, path, operation, idempotent} of routes) {
		const {parameters: shared = [], ...item} = comments.paths[path] ?? {};
		const described = item[method.toLowerCase()];
		if (described)
			complete(described, {method, path, permission: operation, idempotent: idempotent === true, shared}, schemas);
	}
	return {
		openapi: '3.1.0',
		info: {
			title: 'Workspace Manager',
			version: service.version,
			description: 'Development workspaces for people and for coding agents.',
		},
		servers: [{url: '/', description: 'This service'}],
		tags: usedTags(comments.paths),
		paths: comments.paths,
		components: {...sharedComponents, schemas},
	};
};

const usedTags = (paths: Record<string, PathItem>) => {
	const names = Object.values(paths).flatMap(({parameters: _shared, ...item}) =>
		Object.values(item).flatMap(operation => operation.tags ?? []),
	);
	return [...new Set(names)].map(name => ({name}));
};
