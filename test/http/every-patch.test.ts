// In every PATCH, absent means leave and null means clear: each property of each body is sent alone.
import {isDeepStrictEqual} from 'node:util';
import test from 'ava';
import {everyDocument, everyRoute} from '../helpers/every-route.ts';
import {startFakeInstallation} from '../helpers/fake-installation.ts';
import type {Installation} from '../helpers/installation.ts';
import {peopleOf} from '../helpers/people.ts';

type Values = Record<string, unknown>;
type Schema = Record<string, unknown>;

interface Case {
	/** Where a PATCH goes to. */
	path: string;
	/** Where the thing is read; absent: the same place. */
	read?: () => Promise<Values>;
	/** Another value for each property that can be changed alone. */
	changes: Values;
	/** Properties that follow from others. */
	follows?: string[];
}

/** What says that there was a change. */
const always = ['revision', 'updatedAt', 'lastActivityAt', 'reason', 'settingsPending'];

const workspaceInput = {
	name: 'patched',
	description: 'Before',
	gitUrl: 'https://git.example.com/before.git',
	branch: 'before',
	setupScript: 'true',
	env: [{key: 'BEFORE', value: '1'}],
	resources: {cpus: 0.5, memoryMiB: 128, pids: 400, diskMiB: 5000},
	autostopMinutes: 300,
	ttlMinutes: 30_000,
	healthCommand: ['true'],
	healthTimeoutSeconds: 33,
	restartPolicy: {mode: 'always', maxRetries: 9},
};
const jobInput = {
	description: 'Before',
	trigger: {kind: 'cron', expression: '0 3 * * *', timeZone: 'Asia/Taipei'},
	policy: {
		overlap: 'bufferOne',
		catchUp: 'all',
		catchUpWindowSeconds: 7200,
		jitterSeconds: 7,
		dst: 'shift',
		pauseAfterFailures: 4,
	},
	timeoutSeconds: 77,
	retry: {maxAttempts: 4, backoffSeconds: 44},
	wake: 'skipIfStopped',
	afterRun: 'leave',
	notifications: {webhookUrl: 'https://example.com/before', on: ['failed', 'missed']},
	tags: ['before'],
};
const agentInput = {
	name: 'agent',
	kind: 'agent',
	agent: 'claude-code',
	prompt: 'Before',
	model: 'before',
	agentOptions: {
		permissionMode: 'plan',
		allowedTools: ['Edit'],
		disallowedTools: ['WebFetch'],
		maxTurns: 9,
		maxBudgetUsd: 2,
		appendSystemPrompt: 'Before',
		mcpServers: {before: {type: 'http', url: 'https://mcp.example.com'}},
	},
};

let product: Installation;
let close: () => Promise<void>;
let cases: Record<string, Case[]>;
test.before(async () => {
	product = await startFakeInstallation({
		withoutWorkers: true,
		env: {SECRET_KEY: 'a key that only these tests know of'},
	});
	const people = peopleOf(product);
	close = people.close;
	const {get, post} = product;
	const made = async (path: string, input: Values): Promise<string> => {
		const {status, body} = await post(path, input);
		if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
		return body.id;
	};
	const workspaceId = await made('/workspaces', workspaceInput);
	const agentJob = await made('/automation/jobs', {workspaceId, ...jobInput, ...agentInput});
	const commandJob = await made('/automation/jobs', {
		workspaceId,
		...jobInput,
		name: 'command',
		kind: 'command',
		command: ['true'],
	});
	const teamId = await made('/teams', {name: 'Before', description: 'Before', avatarUrl: 'https://example.com/a.png'});
	const person = await people.person();
	const another = await people.person();
	const userId = person.actor.id;
	await people.give(workspaceId, person, 'editor');
	await product.services.orm.em
		.fork()
		.execute(
			`insert into team_member (team_id, user_id, role, joined_at) values ('${teamId}', '${userId}', 'member', now())`,
		);
	await product.send('PATCH', '/users/me', {language: 'zh-TW', timeZone: 'Asia/Taipei'});
	const inList = (path: string, key: string, id: string) => async (): Promise<Values> =>
		(await get(path)).body.items.find((item: Values) => item[key] === id);

	cases = {
		'/api/v1/workspaces/{id}': [
			{
				path: `/workspaces/${workspaceId}`,
				changes: {
					name: 'other',
					description: 'After',
					gitUrl: 'https://git.example.com/after.git',
					branch: 'after',
					setupScript: 'false',
					env: [{key: 'AFTER', value: '2'}],
					'resources.cpus': 0.6,
					'resources.memoryMiB': 129,
					'resources.pids': 401,
					'resources.diskMiB': 5001,
					autostopMinutes: 301,
					ttlMinutes: 30_001,
					healthCommand: ['false'],
					healthTimeoutSeconds: 34,
					'restartPolicy.mode': 'onFailure',
					'restartPolicy.maxRetries': 10,
				},
				follows: ['stopsAt', 'deletesAt'],
			},
		],
		'/api/v1/automation/jobs/{id}': [
			{
				path: `/automation/jobs/${agentJob}`,
				changes: {
					name: 'agent-after',
					description: 'After',
					prompt: 'After',
					model: 'after',
					'agentOptions.permissionMode': 'acceptEdits',
					'agentOptions.allowedTools': ['Read'],
					'agentOptions.disallowedTools': ['WebSearch'],
					'agentOptions.maxTurns': 10,
					'agentOptions.maxBudgetUsd': 3,
					'agentOptions.appendSystemPrompt': 'After',
					'agentOptions.mcpServers': {after: {type: 'stdio', command: 'after', args: [], env: {}}},
					trigger: {kind: 'interval', everySeconds: 3600, offsetSeconds: 0},
					'policy.overlap': 'bufferAll',
					'policy.catchUp': 'none',
					'policy.catchUpWindowSeconds': 7201,
					'policy.jitterSeconds': 8,
					'policy.dst': 'skip',
					'policy.pauseAfterFailures': 5,
					timeoutSeconds: 78,
					'retry.maxAttempts': 5,
					'retry.backoffSeconds': 45,
					wake: 'startIfStopped',
					afterRun: 'restore',
					status: 'draft',
					'notifications.webhookUrl': 'https://example.com/after',
					'notifications.on': ['succeeded'],
					tags: ['after'],
				},
				follows: ['nextAt', 'scheduleInStep'],
			},
			{path: `/automation/jobs/${commandJob}`, changes: {command: ['false']}, follows: ['scheduleInStep']},
		],
		'/api/v1/teams/{id}': [
			{
				path: `/teams/${teamId}`,
				changes: {name: 'After', description: 'After', avatarUrl: 'https://example.com/b.png'},
			},
		],
		'/api/v1/teams/{id}/members/{userId}': [
			{
				path: `/teams/${teamId}/members/${userId}`,
				read: inList(`/teams/${teamId}/members`, 'userId', userId),
				changes: {role: 'viewer'},
			},
		],
		'/api/v1/workspaces/{id}/members/{userId}': [
			{
				path: `/workspaces/${workspaceId}/members/${userId}`,
				read: inList(`/workspaces/${workspaceId}/members`, 'userId', userId),
				changes: {role: 'viewer'},
			},
		],
		'/api/v1/users/me': [{path: '/users/me', changes: {name: 'After', language: 'en', timeZone: 'Europe/Rome'}}],
		'/api/v1/users/{id}': [
			{
				path: `/users/${another.actor.id}`,
				read: inList(`/users?query=${another.actor.name}`, 'id', another.actor.id),
				changes: {disabled: true, platformRole: 'admin'},
				follows: ['disabledAt'],
			},
		],
	};
});
test.after.always(async () => {
	await close?.();
	await product?.close();
});

const patches = everyRoute.filter(({method}) => method === 'PATCH').map(({path}) => path);

test('every PATCH has a case, and every property of its body is tried', t => {
	t.deepEqual(Object.keys(cases).toSorted(), patches.toSorted());
	for (const path of patches) {
		const tried = cases[path]!.flatMap(({changes}) => Object.keys(changes));
		t.deepEqual(tried.toSorted(), leavesOf(bodyOf(path)).toSorted(), path);
	}
});

for (const path of patches) {
	test(`PATCH ${path} changes what it names and leaves the rest, and null clears`, async t => {
		for (const {path: at, changes, follows = [], read} of cases[path]!) {
			const look = read ?? (async () => (await product.get(at)).body as Values);
			for (const [leaf, value] of Object.entries(changes)) {
				for (const next of isNullable(schemaAt(bodyOf(path), leaf)) && !required.has(leaf) ? [value, null] : [value]) {
					const before = await look();
					const answer = await product.send('PATCH', at, nest(leaf, next));
					t.is(answer.status, 200, `${leaf}: ${JSON.stringify(answer.body)}`);
					const after = await look();
					if (leaf !== 'disabled') t.deepEqual(valueAt(after, leaf), next, leaf);
					const others = differences(before, after).filter(
						other => !same(other, leaf) && ![...always, ...follows].some(one => same(other, one)),
					);
					t.deepEqual(others, [], `${leaf} = ${JSON.stringify(next)} changed others, too`);
				}
				const reset = await look();
				if (valueAt(reset, leaf) === null) t.is((await product.send('PATCH', at, nest(leaf, value))).status, 200, leaf);
			}
		}
	});

	test(`PATCH ${path} refuses an object that names nothing`, async t => {
		for (const {path: at} of cases[path]!) {
			for (const body of [{}, ...objectsIn(bodyOf(path)).map(inner => nest(inner, {}))]) {
				const answer = await product.send('PATCH', at, body);
				t.is(answer.status, 422, JSON.stringify(body));
			}
		}
	});
}

/** An agent's job needs them. */
const required = new Set(['prompt', 'command']);

const {schemas} = everyDocument.components;

const resolve = (schema: Schema): Schema => {
	const reference = schema['$ref'];
	return typeof reference === 'string' ? schemas[reference.split('/').at(-1)!]! : schema;
};
const bodyOf = (path: string): Schema => {
	const body = everyDocument.paths[path]!['patch']!.requestBody as {content: Record<string, {schema: Schema}>};
	return resolve(body.content['application/json']!.schema);
};
const variantsOf = (schema: Schema): Schema[] =>
	((resolve(schema)['anyOf'] as Schema[] | undefined) ?? [schema]).map(resolve);
const propertiesOf = (schema: Schema): Record<string, Schema> =>
	Object.assign({}, ...variantsOf(schema).map(variant => variant['properties'] ?? {})) as Record<string, Schema>;
const isNullable = (schema: Schema): boolean => variantsOf(schema).some(({type}) => type === 'null');

const leavesOf = (schema: Schema): string[] =>
	Object.entries(propertiesOf(schema)).flatMap(([name, property]) => {
		const inner = leavesOf(property);
		return inner.length > 0 ? inner.map(leaf => `${name}.${leaf}`) : [name];
	});
const objectsIn = (schema: Schema): string[] =>
	Object.entries(propertiesOf(schema)).flatMap(([name, property]) =>
		Object.keys(propertiesOf(property)).length > 0 ? [name] : [],
	);
const schemaAt = (schema: Schema, leaf: string): Schema =>
	leaf.split('.').reduce((at, name) => propertiesOf(at)[name]!, schema);

const nest = (leaf: string, value: unknown): Values => {
	const [name, ...rest] = leaf.split('.');
	return {[name!]: rest.length > 0 ? nest(rest.join('.'), value) : value};
};
const valueAt = (values: Values, leaf: string): unknown =>
	leaf.split('.').reduce<unknown>((at, name) => (at as Values)[name], values);

/** Where two things differ, leaf by leaf; a list is one. */
const differences = (one: unknown, other: unknown, path = ''): string[] => {
	if (isDeepStrictEqual(one, other)) return [];
	const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
	if (!isObject(one) || !isObject(other)) return [path];
	const names = new Set([...Object.keys(one as Values), ...Object.keys(other as Values)]);
	return [...names].flatMap(name =>
		differences((one as Values)[name], (other as Values)[name], path ? `${path}.${name}` : name),
	);
};
const same = (path: string, parent: string): boolean => path === parent || path.startsWith(`${parent}.`);
