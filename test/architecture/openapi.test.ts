import test from 'ava';
import {everyDocument as document, everyRoute} from '../helpers/every-route.ts';

type Node = Record<string, unknown>;
const isObject = (value: unknown): value is Node =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function* walk(value: unknown, path: string): Generator<[string, Node]> {
	if (Array.isArray(value)) {
		for (const [index, child] of value.entries()) yield* walk(child, `${path}/${index}`);
	} else if (isObject(value)) {
		yield [path, value];
		for (const [key, child] of Object.entries(value)) yield* walk(child, `${path}/${key}`);
	}
}

const methods = new Set(['get', 'post', 'put', 'patch', 'delete']);
const operations = Object.entries(document.paths).flatMap(([path, {parameters: _shared, ...item}]) =>
	Object.entries(item)
		.filter(([method]) => methods.has(method))
		.map(([method, operation]) => ({name: `${method.toUpperCase()} ${path}`, operation})),
);

test('the document describes the registered routes, no more and no fewer', t => {
	const registered = everyRoute
		.filter(({path}) => !path.startsWith('/docs/assets/'))
		.map(({method, path}) => `${method} ${path}`);
	t.deepEqual(operations.map(({name}) => name).toSorted(), registered.toSorted());
});

test('every reference leads somewhere', t => {
	for (const [path, node] of walk(document, '')) {
		const reference = node['$ref'];
		if (typeof reference !== 'string') continue;
		const target = reference
			.replace(/^#\//, '')
			.split('/')
			.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), document);
		t.true(isObject(target), `${path}: ${reference}`);
	}
});

test('every link leads to an operation', t => {
	const known = new Set(operations.map(({operation}) => operation.operationId));
	for (const [path, node] of walk(document, '')) {
		if (!isObject(node['links']) || path.endsWith('properties') || path.endsWith('example')) continue;
		for (const link of Object.values(node['links'])) {
			if (isObject(link) && 'operationId' in link)
				t.true(known.has(link['operationId'] as string), `${path}: ${String(link['operationId'])}`);
		}
	}
});

test('every operation has a name of its own, a summary, a tag and the common errors', t => {
	const names = operations.map(({operation}) => operation.operationId);
	t.is(new Set(names).size, names.length);
	for (const {name, operation} of operations) {
		t.truthy(operation.operationId, name);
		t.truthy(operation.summary, name);
		t.is(operation.tags?.length, 1, name);
		t.truthy(operation.responses['500'], name);
		t.truthy(operation['x-permission'], name);
	}
});

test('what is open to everybody asks for no credential, and the rest for a token or for a cookie with what a change needs', t => {
	for (const {method, path, operation: permission} of everyRoute) {
		const operation = document.paths[path]?.[method.toLowerCase()];
		if (!operation || path === '/auth/logout') continue;
		const cookie = method === 'GET' ? {cookie: []} : {cookie: [], csrfToken: []};
		t.deepEqual(operation.security, permission === 'public' ? [] : [{bearer: []}, cookie], `${method} ${path}`);
	}
	const schemes = Object.keys(document.components['securitySchemes'] as object);
	t.deepEqual(schemes, ['bearer', 'cookie', 'csrfToken']);
});

test('every schema has a description and an example', t => {
	for (const [id, schema] of Object.entries(document.components.schemas)) {
		t.truthy(schema['description'], id);
		t.true(hasExample(schema), id);
	}
});

test('every property has a description', t => {
	for (const [path, node] of walk(document.components.schemas, '')) {
		if (!isObject(node['properties']) || path.includes('/example')) continue;
		for (const [name, property] of Object.entries(node['properties'])) {
			t.true(isDescribed(property), `${path}: ${name}`);
		}
	}
});

const referred = (schema: Node): Node | null => {
	const reference = schema['$ref'];
	return typeof reference === 'string' ? (document.components.schemas[reference.split('/').at(-1)!] ?? null) : null;
};

/** Its own words, or those of what it refers to or may be. */
const isDescribed = (property: unknown): boolean => {
	if (!isObject(property)) return false;
	if (typeof property['description'] === 'string') return true;
	const target = referred(property);
	if (target) return isDescribed(target);
	return Array.isArray(property['anyOf']) && property['anyOf'].some(isDescribed);
};

/** Its own, or one for each of its properties. */
const hasExample = (schema: Node): boolean => {
	if ('example' in schema) return true;
	const target = referred(schema);
	if (target) return hasExample(target);
	if (isObject(schema['items'])) return hasExample(schema['items']);
	if (isObject(schema['properties'])) {
		return Object.values(schema['properties']).every(property => isObject(property) && hasExample(property));
	}
	return false;
};
