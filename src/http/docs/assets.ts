import {createReadStream} from 'node:fs';
import {createRequire} from 'node:module';
import type {ReadStream} from 'node:fs';

const {resolve} = createRequire(import.meta.url);

// The names that the pages ask for. Only these are served: a name of a request never reaches the file system.
const files: Record<string, {module: string; type: string}> = {
	'swagger-ui.min.css': {module: 'swagger-ui-dist/swagger-ui.css', type: 'text/css'},
	'swagger-ui-bundle.js': {module: 'swagger-ui-dist/swagger-ui-bundle.js', type: 'text/javascript'},
	'swagger-ui-standalone-preset.js': {
		module: 'swagger-ui-dist/swagger-ui-standalone-preset.js',
		type: 'text/javascript',
	},
	'favicon.png': {module: 'swagger-ui-dist/favicon-32x32.png', type: 'image/png'},
	'redoc.standalone.js': {module: 'redoc/bundles/redoc.standalone.js', type: 'text/javascript'},
};

/** A file of the documentation pages, from the packages that are installed here; null for any other name. */
export const openAsset = (name: string): {body: ReadStream; type: string} | null => {
	const file = Object.hasOwn(files, name) ? files[name] : undefined;
	return file ? {body: createReadStream(resolve(file.module)), type: file.type} : null;
};
