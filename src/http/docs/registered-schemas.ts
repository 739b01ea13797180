import {globSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';
import type {Schema} from './openapi.types.ts';

const source = new URL('../../', import.meta.url);

// A schema is known once its file was loaded. Loading them all keeps the document from hanging on who imports whom.
await Promise.all(
	globSync('**/*.schema.ts', {cwd: fileURLToPath(source)}).map(file => import(new URL(file, source).href)),
);

/** Every zod schema with an id, as OpenAPI sees it: what a request may hold, with the references between them. */
export const registeredSchemas = (): Record<string, Schema> => {
	const {schemas} = z.toJSONSchema(z.globalRegistry, {io: 'input', uri: id => `#/components/schemas/${id}`});
	return Object.fromEntries(
		Object.entries(schemas).map(([id, schema]) => {
			const {$id: _id, $schema: _schema, id: _name, ...rest} = schema as Schema;
			return [id, rest];
		}),
	);
};
