import {type Operation, permissions} from '../../access/permissions.ts';
import {isUnlimited} from '../rate-limit.ts';
import type {OpenApiOperation, Parameter, Reference, Schema} from './openapi.types.ts';

interface Facts {
	method: string;
	path: string;
	permission: Operation;
	/** It honours an `Idempotency-Key`. */
	idempotent: boolean;
	/** What the comment says for every method of the path. */
	shared: Array<Parameter | Reference>;
}

/** Adds to a described operation what follows from its route, so that no comment repeats it. What a comment says stays. */
export const complete = (operation: OpenApiOperation, facts: Facts, schemas: Record<string, Schema>): void => {
	operation.parameters = [
		...missingPathParameters(operation, facts),
		...(operation.parameters ?? []),
		...queryParameters(operation, schemas),
		...ifMatch(operation, facts),
		...(facts.idempotent ? [{$ref: '#/components/parameters/IdempotencyKey'}] : []),
	];
	delete operation['x-query'];
	if (operation.parameters.length === 0) delete operation.parameters;
	operation['x-permission'] = facts.permission;
	operation.security ??= isPublic(facts) ? [] : signedIn(facts);
	for (const [status, name] of sharedResponses(operation, facts)) {
		operation.responses[status] ??= {$ref: `#/components/responses/${name}`};
	}
	addHeaders(operation, facts);
};

/** With a token, or with the cookie of a browser; what a browser changes must carry a second proof. */
const signedIn = ({method}: Facts): Array<Record<string, string[]>> => [
	{bearer: []},
	method === 'GET' ? {cookie: []} : {cookie: [], csrfToken: []},
];

const isPublic = ({permission}: Facts): boolean => 'public' in permissions[permission];

const missingPathParameters = (operation: OpenApiOperation, {path, shared}: Facts): Parameter[] => {
	const known = [...shared, ...(operation.parameters ?? [])].map(parameter =>
		'name' in parameter ? parameter.name : '',
	);
	return [...path.matchAll(/\{(\w+)\}/g)]
		.map(([, name]) => name!)
		.filter(name => !known.includes(name))
		.map(name => ({
			name,
			in: 'path',
			required: true,
			description: 'Its id.',
			schema: {type: 'string', format: 'uuid'},
			example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e',
		}));
};

/** The properties of the query's schema, each a parameter. */
const queryParameters = (operation: OpenApiOperation, schemas: Record<string, Schema>): Parameter[] => {
	const id = operation['x-query'];
	if (!id) return [];
	const schema = schemas[id];
	if (!schema) throw new Error(`x-query names ${id}, which is no schema with that id`);
	const required = (schema['required'] ?? []) as string[];
	return Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(([name, property]) => {
		const {description, example, ...rest} = property;
		return {
			name,
			in: 'query',
			...(required.includes(name) ? {required: true} : {}),
			...(typeof description === 'string' ? {description} : {}),
			schema: rest,
			...(example === undefined ? {} : {example}),
		};
	});
};

const changing = new Set(['PUT', 'PATCH', 'DELETE']);

const ifMatch = (operation: OpenApiOperation, {method}: Facts): Reference[] =>
	changing.has(method) && !operation.parameters?.some(isIfMatch) ? [{$ref: '#/components/parameters/IfMatch'}] : [];

const sharedResponses = (operation: OpenApiOperation, facts: Facts): Array<[string, string]> => {
	const guarded = !isPublic(facts);
	const parameters = operation.parameters ?? [];
	const takesInput = operation.requestBody !== undefined || parameters.some(isQuery);
	const rows: Array<[boolean, string, string]> = [
		[operation.requestBody !== undefined, '400', 'BadRequest'],
		[guarded, '401', 'Unauthorized'],
		[guarded, '403', 'Forbidden'],
		[facts.path.includes('{'), '404', 'NotFound'],
		[guarded && facts.method !== 'GET', '409', 'Conflict'],
		[parameters.some(isIfMatch), '412', 'RevisionConflict'],
		[operation.requestBody !== undefined, '413', 'BodyTooLarge'],
		[operation.requestBody !== undefined, '415', 'UnsupportedMediaType'],
		[takesInput || facts.idempotent, '422', 'Unprocessable'],
		[!isUnlimited(facts.path), '429', 'TooManyRequests'],
		[true, '500', 'InternalError'],
		[guarded, '503', 'Unavailable'],
	];
	return rows.filter(([applies]) => applies).map(([, status, name]) => [status, name]);
};

const isQuery = (parameter: Parameter | Reference): boolean => 'in' in parameter && parameter.in === 'query';
const isIfMatch = (parameter: Parameter | Reference): boolean =>
	'$ref' in parameter && parameter.$ref === '#/components/parameters/IfMatch';

const addHeaders = (operation: OpenApiOperation, {idempotent}: Facts): void => {
	for (const response of Object.values(operation.responses)) {
		if ('$ref' in response) continue;
		response.headers = {
			'X-Request-Id': {$ref: '#/components/headers/RequestId'},
			'Content-Language': {$ref: '#/components/headers/ContentLanguage'},
			...(idempotent ? {'Idempotency-Replayed': {$ref: '#/components/headers/IdempotencyReplayed'}} : {}),
			...response.headers,
		};
	}
};
