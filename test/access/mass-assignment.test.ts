// What a request may say is what its schema lists: nobody sets what is not theirs to set by sending it along.
import {randomUUID} from 'node:crypto';
import test from 'ava';
import {everyDocument} from '../helpers/every-route.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';

type Schema = Record<string, unknown>;
const {schemas} = everyDocument.components;

/** What says whose something is, what somebody may, or what has become of it. */
const protectedProperties = `
	id userId ownerId owner teamId team workspaceId workspace createdBy invitedBy addedBy heldBy requestedBy issuer subject email emailVerified
	role platformRole disabled disabledAt deletedAt createdAt updatedAt expiresAt lastSeenAt revision status desired observed generation target
	token tokenHash webhookKeyHash scopes grant allowedOperations constructor toString`
	.trim()
	.split(/\s+/);

/** Those that a schema is there to set. One more is a decision: it is written down here. */
const meant: Record<string, string[]> = {
	CreateWorkspace: ['teamId'],
	TransferWorkspace: ['ownerId', 'teamId'],
	AddWorkspaceMember: ['userId', 'email', 'role'],
	UpdateWorkspaceMember: ['role'],
	CreateJob: ['workspaceId', 'status'],
	UpdateJob: ['status'],
	UpdateUser: ['platformRole', 'disabled'],
	UpdateTeamMember: ['role'],
	TransferOwnership: ['userId'],
	CreateInvitation: ['userId', 'email', 'role'],
	AnswerInvitation: ['id', 'token'],
	PreviewInvitation: ['token'],
	CreateAccessToken: ['scopes', 'expiresAt'],
};

interface Writable {
	method: string;
	path: string;
	schema: string;
}
const writable: Writable[] = Object.entries(everyDocument.paths).flatMap(([path, {parameters: _shared, ...item}]) =>
	Object.entries(item).flatMap(([method, operation]) => {
		const body = operation.requestBody as {content: Record<string, {schema: Schema}>} | undefined;
		const reference = body?.content['application/json']?.schema['$ref'];
		if (typeof reference !== 'string') return [];
		return [{method: method.toUpperCase(), path, schema: reference.split('/').at(-1)!}];
	}),
);

const propertiesOf = (schema: string): string[] => Object.keys((schemas[schema]?.['properties'] as object) ?? {});

test('what is protected is set by those schemas alone that are there for it', t => {
	const found = [...new Set(writable.map(({schema}) => schema))].map(schema => [
		schema,
		propertiesOf(schema).filter(name => protectedProperties.includes(name)),
	]);
	const some = Object.fromEntries(found.filter(([, names]) => names!.length > 0)) as Record<string, string[]>;
	for (const [schema, names] of Object.entries(some))
		t.deepEqual(names.toSorted(), (meant[schema] ?? []).toSorted(), schema);
	t.deepEqual(
		Object.keys(meant).filter(schema => !(schema in some)),
		[],
		'named here, and not there any more',
	);
});

/** Every object in a schema that has properties of its own. */
function* objectsIn(node: unknown, path: string, seen: Set<unknown>): Generator<[string, Schema]> {
	if (typeof node !== 'object' || node === null || seen.has(node)) return;
	seen.add(node);
	const schema = node as Schema;
	const reference = schema['$ref'];
	if (typeof reference === 'string') yield* objectsIn(schemas[reference.split('/').at(-1)!], reference, seen);
	if (schema['properties']) yield [path, schema];
	for (const [key, child] of Object.entries(schema))
		if (key !== 'example') yield* objectsIn(child, `${path}/${key}`, seen);
}

test('nothing in a request takes what it does not list, however deep', t => {
	for (const {schema} of writable)
		for (const [path, object] of objectsIn(schemas[schema], schema, new Set()))
			t.is(object['additionalProperties'], false, path);
});

let product: Installation;
let subjects: [RegExp, string][];
test.before(async () => {
	product = await startInstallation({withoutWorkers: true, env: {SECRET_KEY: 'a key that only these tests know of'}});
	const {post} = product;
	const {body: workspace} = await post('/workspaces', {name: 'assigned'});
	const {body: job} = await post('/automation/jobs', {
		workspaceId: workspace.id,
		name: 'look',
		kind: 'command',
		command: ['true'],
		trigger: {kind: 'manual'},
	});
	const {body: execution} = await post(`/automation/jobs/${job.id}/run`);
	const {body: team} = await post('/teams', {name: 'assigned'});
	const {body: invitation} = await post(`/teams/${team.id}/invitations`, {email: 'a@example.com'});
	const {body: me} = await product.get('/users/me');
	subjects = [
		[/\/workspaces\/\{id\}/, workspace.id],
		[/\/operations\/\{id\}/, workspace.operation.id],
		[/\/(jobs|webhooks)\/\{id\}/, job.id],
		[/\/executions\/\{id\}/, execution.id],
		[/\/teams\/\{id\}/, team.id],
		[/\/users\/\{id\}/, me.id],
		[/\/members\/\{userId\}/, me.id],
		[/\/invitations\/\{invitationId\}/, invitation.id],
		[/\/secrets\/\{name\}/, 'A_NAME'],
	];
});
test.after.always(() => product?.close());

const addressOf = (path: string): string =>
	subjects
		.reduce(
			(address, [pattern, id]) => address.replace(pattern, found => found.replace(/\{\w+\}/, id)),
			path.startsWith('/api/v1') ? path.replace('/api/v1', '') : `/../..${path}`,
		)
		.replaceAll(/\{\w+\}/g, () => randomUUID());

for (const {method, path, schema} of writable) {
	test(`${method} ${path} refuses what is not in ${schema}`, async t => {
		const known = propertiesOf(schema);
		const example = schemas[schema]!['example'] as object;
		for (const name of protectedProperties.filter(each => !known.includes(each))) {
			const refused = await product.send(method, addressOf(path), {...example, [name]: randomUUID()});
			t.is(refused.status, 422, `${name}: ${refused.status} ${JSON.stringify(refused.body)}`);
			const found = refused.body.errors.find((error: {path: string}) => error.path === name);
			t.is(found?.code, 'UNRECOGNIZED_KEY', name);
		}
		// JSON.parse would make an own property of it, where an object literal does not.
		const polluted = await product.send(method, addressOf(path), '{"__proto__": {"platformRole": "admin"}}');
		t.is(polluted.body.code, 'INVALID_JSON');
		t.is(({} as {platformRole?: string}).platformRole, undefined);
	});
}

test.after('the number of cases', t => {
	t.log(`${writable.length} writing routes × ${protectedProperties.length} properties`);
});
