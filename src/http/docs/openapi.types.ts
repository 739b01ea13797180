/** As much of OpenAPI 3.1 as this service writes. */
export type Schema = Record<string, unknown>;

export interface Parameter {
	name: string;
	in: 'path' | 'query' | 'header';
	required?: boolean;
	description?: string;
	schema: Schema;
	example?: unknown;
}

export interface Reference {
	$ref: string;
}

export interface OpenApiOperation {
	operationId?: string;
	summary?: string;
	description?: string;
	tags?: string[];
	parameters?: Array<Parameter | Reference>;
	requestBody?: unknown;
	responses: Record<string, OpenApiResponse | Reference>;
	security?: Array<Record<string, string[]>>;
	/** In a comment: the id of the zod schema of the query. Becomes parameters. */
	'x-query'?: string;
	/** The row of the permission table that guards it. */
	'x-permission'?: string;
}

export interface OpenApiResponse {
	description: string;
	headers?: Record<string, unknown>;
	content?: unknown;
	links?: unknown;
}

/** By method in lower case. */
export type PathItem = {parameters?: Array<Parameter | Reference>} & {[method: string]: OpenApiOperation};

export interface OpenApiDocument {
	openapi: '3.1.0';
	info: {title: string; version: string; description: string};
	servers: Array<{url: string; description: string}>;
	tags: Array<{name: string}>;
	paths: Record<string, PathItem>;
	components: Record<string, unknown> & {schemas: Record<string, Schema>};
}
