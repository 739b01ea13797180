import {request} from 'node:http';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {z} from 'zod';
import {authorize} from '../../src/http/authorize.ts';
import {parseBody, parseId, parseQuery} from '../../src/http/parse.ts';
import {createApiRouter} from '../../src/http/router.ts';
import {problemOf, serve} from '../helpers/serve.ts';

const Thing = z.strictObject({
	name: z
		.string()
		.regex(/^[a-z]+$/)
		.max(8),
	size: z.int().min(2).max(9).optional(),
	mode: z.enum(['on', 'off']).optional(),
	env: z
		.array(z.strictObject({key: z.string().min(1)}))
		.max(2)
		.optional(),
	link: z.union([z.url(), z.null()]).optional(),
	shape: z
		.discriminatedUnion('kind', [z.object({kind: z.literal('round')}), z.object({kind: z.literal('flat')})])
		.optional(),
	even: z
		.number()
		.refine(value => value % 2 === 0, {params: {code: 'NOTHING_TO_CHANGE'}})
		.optional(),
});

const things = () => {
	const router = createApiRouter();
	router.post('/things', authorize('workspace.list'), ctx => {
		ctx.body = parseBody(ctx, Thing);
	});
	router.post('/commands', authorize('workspace.list'), ctx => {
		ctx.body = parseBody(ctx, z.strictObject({}));
	});
	router.get('/things', authorize('workspace.list'), ctx => {
		ctx.body = parseQuery(ctx, z.strictObject({page: z.coerce.number().int().default(1), q: z.string().optional()}));
	});
	router.get('/things/:id', authorize('workspace.list'), ctx => {
		ctx.body = parseId(ctx.params['id'], 'WORKSPACE_NOT_FOUND');
	});
	return router;
};

test('every bad field has its path, its code and its sentence', async t => {
	const {send} = await serve(t, {routers: [things()]});
	const response = await send('POST', '/api/v1/things', {
		size: 1,
		mode: 'maybe',
		env: [{key: ''}, {key: 'a', colour: 1, taste: 2}],
		extra: true,
		even: 3,
	});
	t.is(response.status, 422);
	const problem = await problemOf(response);
	t.is(problem.code, 'VALIDATION_FAILED');
	const found = problem.errors!.toSorted((a, b) => a.path.localeCompare(b.path));
	t.deepEqual(
		found.map(({path, code}) => [path, code]),
		[
			['env[0].key', 'TOO_SHORT'],
			['env[1].colour', 'UNRECOGNIZED_KEY'],
			['env[1].taste', 'UNRECOGNIZED_KEY'],
			['even', 'NOTHING_TO_CHANGE'],
			['extra', 'UNRECOGNIZED_KEY'],
			['mode', 'INVALID_VALUE'],
			['name', 'REQUIRED'],
			['size', 'TOO_SMALL'],
		],
	);
	t.is(found.at(-1)!.message, 'Must be at least 2.');
});

test('the sentences come in the language of the reader', async t => {
	const {send} = await serve(t, {routers: [things()]});
	const response = await send('POST', '/api/v1/things', {name: 'ABC'}, {'accept-language': 'zh-Hant-TW'});
	t.deepEqual((await problemOf(response)).errors, [
		{path: 'name', code: 'INVALID_PATTERN', message: '必須符合 /^[a-z]+$/。'},
	]);
});

test('a choice that does not exist is answered with those that do', async t => {
	const {send} = await serve(t, {routers: [things()]});
	const answers = [];
	for (const shape of [{kind: 'oval'}, {}]) {
		const response = await send('POST', '/api/v1/things', {name: 'a', shape});
		answers.push(...(await problemOf(response)).errors!);
	}
	t.deepEqual(answers, [
		{path: 'shape.kind', code: 'INVALID_VALUE', message: 'Must be one of: round, flat.'},
		{path: 'shape.kind', code: 'REQUIRED', message: 'Is required.'},
	]);
});

for (const [what, body, path, code] of [
	['a list', [], '', 'INVALID_TYPE'],
	['a text', '"text"', '', 'INVALID_TYPE'],
	['a number', 5, '', 'INVALID_TYPE'],
	['null', 'null', '', 'INVALID_TYPE'],
	['NUL', {name: 'a\0b'}, 'name', 'INVALID_CHARACTERS'],
	['NUL in a key', {name: 'ab', 'x\0': 1}, '', 'INVALID_CHARACTERS'],
	['half a character', {env: [{key: '\uD800'}]}, 'env[0].key', 'INVALID_CHARACTERS'],
] as const) {
	test(`a body with ${what} is 422`, async t => {
		const {send} = await serve(t, {routers: [things()]});
		const response = await send('POST', '/api/v1/things', body);
		t.is(response.status, 422);
		const [first] = (await problemOf(response)).errors!;
		t.deepEqual([first!.path, first!.code], [path, code]);
	});
}

for (const [what, status, code, headers, body] of [
	['broken JSON', 400, 'INVALID_JSON', {}, '{"name":'],
	['invalid UTF-8', 400, 'INVALID_JSON', {}, Buffer.from('{"name": "a\xff"}', 'latin1')],
	['half a character', 400, 'INVALID_JSON', {}, Buffer.from('{"name": "\xe6\xbc"}', 'latin1')],
	['five thousand levels', 422, 'VALIDATION_FAILED', {}, `${'['.repeat(5000)}${']'.repeat(5000)}`],
	['sixty-five levels', 422, 'VALIDATION_FAILED', {}, `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
	['a million levels', 422, 'VALIDATION_FAILED', {}, '['.repeat(1_000_000)],
	['a prototype', 400, 'INVALID_JSON', {}, '{"__proto__": {"admin": true}}'],
	['a form', 415, 'UNSUPPORTED_MEDIA_TYPE', {'content-type': 'application/x-www-form-urlencoded'}, 'name=a'],
	['no type', 415, 'UNSUPPORTED_MEDIA_TYPE', {'content-type': 'text/plain'}, '{}'],
	['an unknown encoding', 415, 'UNSUPPORTED_MEDIA_TYPE', {'content-encoding': 'lz77'}, '{}'],
	['broken gzip', 400, 'INVALID_JSON', {'content-encoding': 'gzip'}, 'not gzip'],
	['too much', 413, 'BODY_TOO_LARGE', {}, JSON.stringify({name: 'a'.repeat(1024 * 1024)})],
] as const) {
	test(`a body of ${what} is ${status}`, async t => {
		const {send} = await serve(t, {routers: [things()]});
		const response = await send('POST', '/api/v1/things', body, headers);
		t.is(response.status, status);
		t.is((await problemOf(response)).code, code);
	});
}

test('a small body that unpacks to a large one is refused', async t => {
	const {url} = await serve(t, {routers: [things()]});
	const bomb = gzipSync(JSON.stringify({name: 'a'.repeat(50_000_000)}));
	const response = await fetch(`${url}/api/v1/things`, {
		method: 'POST',
		headers: {'content-type': 'application/json', 'content-encoding': 'gzip'},
		body: bomb,
	});
	t.is(response.status, 413);
});

test('a list that is too long is named once', async t => {
	const {send} = await serve(t, {routers: [things()]});
	const response = await send('POST', '/api/v1/things', {name: 'a', env: [{key: 'a'}, {key: 'b'}, {key: 'c'}]});
	t.deepEqual((await problemOf(response)).errors, [
		{path: 'env', code: 'TOO_MANY', message: 'Must have at most 2 items.'},
	]);
});

test('eighty thousand bad fields are answered with the first hundred', async t => {
	const {send} = await serve(t, {routers: [things()]});
	const many = Object.fromEntries(Array.from({length: 80_000}, (_, index) => [`x${index}`, 1]));
	t.is((await problemOf(await send('POST', '/api/v1/things', many))).errors!.length, 100);
});

test('a body nested a hundred thousand deep is refused and harms nobody', async t => {
	const {send, fetch} = await serve(t, {routers: [things()]});
	const depth = 100_000;
	const started = performance.now();
	const response = await send('POST', '/api/v1/things', `{"name": ${'['.repeat(depth)}${']'.repeat(depth)}}`);
	t.is(response.status, 422);
	t.true(performance.now() - started < 3000);
	t.is((await fetch('/health')).status, 200);
});

test('a command needs no body', async t => {
	const {fetch, send} = await serve(t, {routers: [things()]});
	t.is((await fetch('/api/v1/commands', {method: 'POST'})).status, 200);
	t.is((await fetch('/api/v1/commands', {method: 'POST', headers: {'content-type': 'application/json'}})).status, 200);
	t.is((await send('POST', '/api/v1/commands', {})).status, 200);
});

test('unknown and repeated query keys are refused', async t => {
	const {fetch} = await serve(t, {routers: [things()]});
	const unknown = await problemOf(await fetch('/api/v1/things?colour=red'));
	t.deepEqual([unknown.errors![0]!.path, unknown.errors![0]!.code], ['colour', 'UNRECOGNIZED_KEY']);
	const repeated = await problemOf(await fetch('/api/v1/things?page=1&page=2'));
	t.deepEqual([repeated.errors![0]!.path, repeated.errors![0]!.code], ['page', 'REPEATED']);
	t.is((await problemOf(await fetch('/api/v1/things?page=a'))).errors![0]!.code, 'INVALID_TYPE');
	t.is((await fetch('/api/v1/things?q=%00')).status, 422);
	t.is((await fetch('/api/v1/things?__proto__=1')).status, 422);
	t.deepEqual(await (await fetch('/api/v1/things?page=2')).json(), {page: 2});
});

test('a malformed id is an unknown one', async t => {
	const {fetch, url} = await serve(t, {routers: [things()]});
	for (const id of ['1', 'x%00y', '%', '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2', "'%20or%201=1"]) {
		const response = await fetch(`/api/v1/things/${id}`);
		t.is(response.status, 404, id);
		t.is((await problemOf(response)).code, 'WORKSPACE_NOT_FOUND');
	}
	t.is((await fetch('/api/v1/things/01926F6E-7C1E-7D5A-B9E1-6A8F0A3C1D2E/')).status, 200);
	t.is(await statusOf(`${url}/api/v1/things/%C3%28`), 404);
});

/** Without a client that tidies the address up first. */
const statusOf = (address: string): Promise<number> =>
	new Promise((resolve, reject) => {
		request(address, response => {
			response.resume();
			resolve(response.statusCode!);
		})
			.on('error', reject)
			.end();
	});
