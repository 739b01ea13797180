import test from 'ava';
import {type Installation, startInstallation} from '../helpers/installation.ts';

let product: Installation;
test.before(async () => {
	product = await startInstallation({withoutWorkers: true});
	await product.services.orm.em
		.fork()
		.execute(`insert into target values (?, 'docker', 2, 4096, now())`, [product.services.config.containerTarget]);
});
test.after.always(() => product?.close());

/** What is sent, the field that is at fault, and the code that says why. */
const bodies: [claim: string, body: unknown, path: string, code: string][] = [
	['no name', {}, 'name', 'REQUIRED'],
	['an empty name', {name: ''}, 'name', 'INVALID_PATTERN'],
	['a name of 64 characters', {name: 'a'.repeat(64)}, 'name', 'INVALID_PATTERN'],
	['a name with an emoji', {name: 'rocket-🚀'}, 'name', 'INVALID_PATTERN'],
	['a name that climbs', {name: '../etc'}, 'name', 'INVALID_PATTERN'],
	['a name with NUL', {name: 'a\0b'}, 'name', 'INVALID_CHARACTERS'],
	['a name that is a number', {name: 7}, 'name', 'INVALID_TYPE'],
	['a name that is a list', {name: ['a']}, 'name', 'INVALID_TYPE'],
	['upper case', {name: 'Hello'}, 'name', 'INVALID_PATTERN'],
	['an unknown field', {name: 'x', colour: 'red'}, 'colour', 'UNRECOGNIZED_KEY'],
	['a field of another product', {name: 'x', __proto__: {}, constructor: 1}, 'constructor', 'UNRECOGNIZED_KEY'],
	['a git helper', {name: 'x', gitUrl: 'ext::sh -c whoami'}, 'gitUrl', 'GIT_URL_NOT_ALLOWED'],
	['a git option', {name: 'x', gitUrl: '--upload-pack=whoami'}, 'gitUrl', 'GIT_URL_NOT_ALLOWED'],
	['a git host that is an option', {name: 'x', gitUrl: 'ssh://-oProxyCommand=x/y'}, 'gitUrl', 'GIT_URL_NOT_ALLOWED'],
	['a local path', {name: 'x', gitUrl: 'file:///etc'}, 'gitUrl', 'GIT_URL_NOT_ALLOWED'],
	['a password in an address', {name: 'x', gitUrl: 'https://me:pw@example.com/x.git'}, 'gitUrl', 'GIT_URL_NOT_ALLOWED'],
	['a token in an address', {name: 'x', gitUrl: 'https://tok@example.com/x.git'}, 'gitUrl', 'GIT_URL_NOT_ALLOWED'],
	['an address with a line break', {name: 'x', gitUrl: 'https://example.com/x\n.git'}, 'gitUrl', 'GIT_URL_NOT_ALLOWED'],
	['a branch that is an option', {name: 'x', branch: '--orphan'}, 'branch', 'INVALID_PATTERN'],
	['a branch that climbs', {name: 'x', branch: 'a/../b'}, 'branch', 'INVALID_PATTERN'],
	['an environment key with =', {name: 'x', env: [{key: 'A=B', value: ''}]}, 'env[0].key', 'INVALID_PATTERN'],
	['an empty environment key', {name: 'x', env: [{key: '', value: ''}]}, 'env[0].key', 'INVALID_PATTERN'],
	[
		'a key twice',
		{
			name: 'x',
			env: [
				{key: 'A', value: '1'},
				{key: 'A', value: '2'},
			],
		},
		'env',
		'DUPLICATE_KEY',
	],
	['a value with NUL', {name: 'x', env: [{key: 'A', value: '\0'}]}, 'env[0].value', 'INVALID_CHARACTERS'],
	['an environment that is an object', {name: 'x', env: {A: 'b'}}, 'env', 'INVALID_TYPE'],
	['no memory', {name: 'x', resources: {cpus: 1, memoryMiB: 0}}, 'resources.memoryMiB', 'TOO_SMALL'],
	['half a MiB', {name: 'x', resources: {cpus: 1, memoryMiB: 100.5}}, 'resources.memoryMiB', 'INVALID_TYPE'],
	['negative cores', {name: 'x', resources: {cpus: -1, memoryMiB: 512}}, 'resources.cpus', 'TOO_SMALL'],
	[
		'more cores than there are',
		{name: 'x', resources: {cpus: 3, memoryMiB: 512}},
		'resources.cpus',
		'RESOURCES_EXCEED_MACHINE',
	],
	[
		'more memory than there is',
		{name: 'x', resources: {cpus: 1, memoryMiB: 4097}},
		'resources.memoryMiB',
		'RESOURCES_EXCEED_MACHINE',
	],
	['an image that is not in the catalogue', {name: 'x', image: 'nginx'}, 'image', 'IMAGE_NOT_IN_CATALOGUE'],
	['a runtime that does not exist', {name: 'x', runtime: 'podman'}, 'runtime', 'INVALID_VALUE'],
	['a runtime that is not connected', {name: 'x', runtime: 'kubernetes'}, 'runtime', 'RUNTIME_NOT_AVAILABLE'],
	['an empty health command', {name: 'x', healthCommand: []}, 'healthCommand', 'TOO_FEW'],
	['a health command that is a shell string', {name: 'x', healthCommand: 'true'}, 'healthCommand', 'INVALID_TYPE'],
	['an autostop of nothing', {name: 'x', autostopMinutes: 0}, 'autostopMinutes', 'TOO_SMALL'],
	['a set-up script that is too long', {name: 'x', setupScript: 'x'.repeat(65_537)}, 'setupScript', 'TOO_LONG'],
	['a list', [], '', 'INVALID_TYPE'],
];

for (const [claim, body, path, code] of bodies) {
	test(`create refuses ${claim}`, async t => {
		const answer = await product.post('/workspaces', body);
		t.is(answer.status, 422);
		t.is(answer.headers.get('content-type'), 'application/problem+json');
		const error = answer.body.errors.find((one: {path: string}) => one.path === path);
		t.is(error?.code, code, JSON.stringify(answer.body.errors));
		t.true(error.message.length > 3);
		t.is((await product.get('/workspaces?search=x')).body.pagination.total, 0);
	});
}

test('create refuses broken JSON, other media, and bodies that are too large', async t => {
	const broken = await product.post('/workspaces', '{"name":');
	t.is(broken.status, 400);
	t.is(broken.body.code, 'INVALID_JSON');
	const form = await product.post('/workspaces', 'name=x', {'content-type': 'application/x-www-form-urlencoded'});
	t.is(form.status, 415);
	const huge = await product.post('/workspaces', {name: 'x', description: 'x'.repeat(1_100_000)});
	t.is(huge.status, 413);
	t.is(huge.body.code, 'BODY_TOO_LARGE');
});

test('what is wrong is said in the language of the reader', async t => {
	const {body, headers} = await product.post('/workspaces', {}, {'accept-language': 'zh-TW'});
	t.is(headers.get('content-language'), 'zh-TW');
	t.is(body.errors[0].message, '此欄位為必填。');
});

test('an id that is not one is unknown', async t => {
	for (const id of ['1', 'x', '..%2f', '%00', `${'a'.repeat(300)}`, '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e']) {
		const {status, body} = await product.get(`/workspaces/${id}`);
		t.is(status, 404, id);
		t.is(body.code, 'WORKSPACE_NOT_FOUND', id);
		t.is((await product.get(`/operations/${id}`)).body.code, 'OPERATION_NOT_FOUND', id);
	}
});

test('a list refuses what it does not know', async t => {
	for (const [query, path] of [
		['page=0', 'page'],
		['pageSize=101', 'pageSize'],
		['pageSize=x', 'pageSize'],
		['sort=secret', 'sort'],
		['status=asleep', 'status'],
		['colour=red', 'colour'],
		['page=1&page=2', 'page'],
		['search=%00', 'search'],
	]) {
		const {status, body} = await product.get(`/workspaces?${query}`);
		t.is(status, 422, query);
		t.is(body.errors[0].path, path, query);
	}
});

test('a search is for text, not for patterns', async t => {
	await product.post('/workspaces', {name: 'percent'});
	for (const search of ['%25', '_', 'p%25t', '%5C']) {
		t.is((await product.get(`/workspaces?search=${search}`)).body.pagination.total, 0, search);
	}
	t.is((await product.get('/workspaces?search=ercen')).body.pagination.total, 1);
});
