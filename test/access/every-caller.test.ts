// Every route × every kind of caller: what comes of it is what the permission table says, and nothing else.
import {randomUUID} from 'node:crypto';
import test from 'ava';
import {
	type Operation,
	ruleOf,
	type TeamRole,
	teamRoles,
	type WorkspaceRole,
	workspaceRoles,
} from '../../src/access/permissions.ts';
import type {Route} from '../../src/http/routes.ts';
import {PersonalAccessToken} from '../../src/sign-in/access-tokens/personal-access-token.entity.ts';
import {User} from '../../src/users/user.entity.ts';
import type {TestClient} from '../helpers/client.ts';
import {everyRoute} from '../helpers/every-route.ts';
import {type Installation, startInstallation} from '../helpers/installation.ts';
import {type Person, peopleOf} from '../helpers/people.ts';

interface Caller {
	url: string;
	headers: Record<string, string>;
	/** null: not signed in. */
	platformRole: 'member' | 'admin' | null;
	/** In the workspace and the team that are asked about. */
	workspaceRole: WorkspaceRole | null;
	teamRole: TeamRole | null;
	/** What its credential is good for; absent: everything. */
	granted?: Operation[];
	/** What it is told, whatever it asks for. */
	refusal?: {status: number; code: string};
}

interface Subjects {
	workspace: string;
	operation: string;
	job: string;
	execution: string;
	team: string;
}

let product: Installation;
let people: ReturnType<typeof peopleOf>;
let template: Omit<Subjects, 'team'>;
const callers = new Map<string, Caller>();
let teamId: string;

test.before(async () => {
	product = await startInstallation({withoutWorkers: true, env: {SECRET_KEY: 'a key that only these tests know of'}});
	people = peopleOf(product);
	const owner = await people.person();
	template = await makeSubjects(owner);
	await makeCallers(owner);
});
test.after.always(async () => {
	await people?.close();
	await product?.close();
});

/** By the first words of a path: which subject its id is of. A route about something else fails until it is named here. */
const subjectOf: [RegExp, keyof Subjects | null][] = [
	[/^\/api\/v1\/workspaces\/\{id\}/, 'workspace'],
	[/^\/api\/v1\/operations\/\{id\}/, 'operation'],
	[/^\/api\/v1\/automation\/(jobs|webhooks)\/\{id\}/, 'job'],
	[/^\/api\/v1\/automation\/executions\/\{id\}/, 'execution'],
	[/^\/api\/v1\/(quotas\/)?teams\/\{id\}/, 'team'],
	[/\{id\}/, null],
];
/** What is not the subject itself may be anything: it is looked for after the caller is let through. */
const otherParams: Record<string, () => string> = {name: () => 'A_NAME', userId: randomUUID, invitationId: randomUUID};
const hidden = /^(WORKSPACE|OPERATION|JOB|EXECUTION|TEAM)_NOT_FOUND$/;

for (const route of everyRoute) {
	test(`${route.method} ${route.path}`, async t => {
		for (const [name, caller] of callers) {
			const answer = await call(route, caller);
			const expected = expect(route.operation, caller);
			const message = `${name}: ${answer.status} ${answer.code ?? ''}`;
			if (expected === 'pass') {
				t.false([401, 403].includes(answer.status) && answer.code !== 'WEBHOOK_KEY_INVALID', message);
				t.notRegex(answer.code ?? '', hidden, message);
				// Health says with 503 what is not well.
				t.true(answer.status < 500 || route.path.startsWith('/health'), message);
			} else if (expected === 'hidden') {
				t.is(answer.status, 404, message);
				t.regex(answer.code ?? '', hidden, message);
			} else {
				t.deepEqual({status: answer.status, code: answer.code}, expected, message);
			}
		}
	});
}

test.after('the number of cases', t => {
	t.log(`${everyRoute.length} routes × ${callers.size} kinds of callers = ${everyRoute.length * callers.size} cases`);
});

const denied = {status: 403, code: 'PERMISSION_DENIED'};

const expect = (operation: Operation, caller: Caller): 'pass' | 'hidden' | {status: number; code: string} => {
	const rule = ruleOf(operation);
	if ('public' in rule) return 'pass';
	if (caller.refusal) return caller.refusal;
	const isGranted = caller.granted?.includes(operation) ?? true;
	if ('platform' in rule)
		return isGranted && (rule.platform === 'member' || caller.platformRole === 'admin') ? 'pass' : denied;
	const [role, roles, needed] =
		'workspace' in rule
			? [caller.workspaceRole, workspaceRoles, rule.workspace]
			: [caller.teamRole, teamRoles, rule.team];
	if (role === null) return 'hidden';
	const isEnough = (roles as readonly string[]).indexOf(role) >= (roles as readonly string[]).indexOf(needed);
	return isGranted && isEnough ? 'pass' : denied;
};

const call = async ({method, path, operation}: Route, caller: Caller): Promise<{status: number; code?: string}> => {
	const subjects = await freshSubjects();
	const subject = subjectOf.find(([pattern]) => pattern.test(path))?.[1];
	const address = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
		if (name === 'id') return subject ? subjects[subject] : randomUUID();
		const value = otherParams[name];
		if (!value) throw new Error(`Say in this test what {${name}} of ${path} is.`);
		return value();
	});
	// Who may create a job is decided by the workspace that its body names.
	const body = operation === 'job.create' ? JSON.stringify({...job, workspaceId: subjects.workspace}) : '{}';
	const withBody = ['POST', 'PUT', 'PATCH'].includes(method) ? {body, contentType: 'application/json'} : null;
	const headers = {...caller.headers, ...(withBody ? {'content-type': withBody.contentType} : {})};
	const leave = new AbortController();
	const response = await fetch(`${caller.url}${address}`, {
		method,
		headers,
		redirect: 'manual',
		signal: leave.signal,
		...(withBody ? {body: withBody.body} : {}),
	});
	const isProblem = response.headers.get('content-type')?.includes('problem+json') ?? false;
	const code = isProblem ? ((await response.json()) as {code: string}).code : undefined;
	// Some answers never end by themselves.
	leave.abort();
	return {status: response.status, ...(code ? {code} : {})};
};

const job = {name: 'look', kind: 'command', command: ['true'], trigger: {kind: 'manual'}};

const makeSubjects = async (owner: Person): Promise<typeof template> => {
	const {body: workspace} = await owner.post('/workspaces', {name: 'template'});
	const created = await owner.post('/automation/jobs', {...job, workspaceId: workspace.id});
	const {body: execution} = await owner.post(`/automation/jobs/${created.body.id}/run`);
	return {workspace: workspace.id, operation: workspace.operation.id, job: created.body.id, execution: execution.id};
};

const makeCallers = async (owner: Person): Promise<void> => {
	const role = async (workspaceRole: WorkspaceRole | null, inTeam: TeamRole | null = null): Promise<Person> => {
		const person = await people.person();
		if (workspaceRole) shared.push([person, workspaceRole]);
		if (inTeam) members.push([person, inTeam]);
		return person;
	};
	const shared: [Person, WorkspaceRole][] = [];
	const members: [Person, TeamRole][] = [];
	const add = (
		name: string,
		{url, headers}: Pick<TestClient, 'url' | 'headers'>,
		rest: Omit<Caller, 'url' | 'headers' | 'platformRole'> & Partial<Caller>,
	) => callers.set(name, {url, headers, platformRole: 'member', ...rest});
	const none = {workspaceRole: null, teamRole: null};

	add('a stranger', await role(null), none);
	for (const each of ['viewer', 'editor', 'manager'] as const)
		add(`${each} of the workspace`, await role(each), {workspaceRole: each, teamRole: null});
	add('owner of the workspace', owner, {workspaceRole: 'owner', teamRole: null});
	for (const [each, workspaceRole] of [
		['viewer', 'viewer'],
		['member', 'editor'],
		['admin', 'manager'],
		['owner', 'manager'],
	] as const)
		add(`${each} of the team`, await role(null, each), {workspaceRole, teamRole: each});
	const removed = await role('manager', 'admin');
	add('somebody who was removed', removed, none);
	const editor = await role('editor', 'admin');
	const granted: Operation[] = ['workspace.read', 'job.run', 'team.read', 'workspace.list'];
	add('a credential for a few operations', await people.limited(editor, {operations: granted, workspaceId: null}), {
		workspaceRole: 'manager',
		teamRole: 'admin',
		granted,
	});
	add(
		'a credential for another workspace',
		await people.limited(editor, {operations: granted, workspaceId: randomUUID()}),
		{
			workspaceRole: null,
			teamRole: 'admin',
			granted,
		},
	);
	const admin = await people.person({platformRole: 'admin'});
	add('a platform administrator', admin, {platformRole: 'admin', workspaceRole: 'manager', teamRole: 'owner'});
	const em = product.services.orm.em.fork();
	const expired = await role('manager');
	await em.nativeUpdate(PersonalAccessToken, {user: expired.actor.id}, {expiresAt: new Date()});
	add('a token that has expired', expired, {...none, refusal: {status: 401, code: 'TOKEN_EXPIRED'}});
	const revoked = await role('manager');
	await em.nativeDelete(PersonalAccessToken, {user: revoked.actor.id});
	add('a token that was revoked', revoked, {...none, refusal: {status: 401, code: 'TOKEN_INVALID'}});
	const disabled = await role('manager');
	await em.nativeUpdate(User, {id: disabled.actor.id}, {disabledAt: new Date()});
	add('somebody who is disabled', disabled, {...none, refusal: {status: 403, code: 'USER_DISABLED'}});
	add('nobody', await people.nobody(), {
		platformRole: null,
		...none,
		refusal: {status: 401, code: 'AUTHENTICATION_REQUIRED'},
	});

	teamId = await people.team(members);
	for (const [person, each] of shared) await people.give(template.workspace, person, each);
	await people.remove(removed, teamId, template.workspace);
};

/** A workspace with all that belongs to it, like the template in everything but the ids: what one caller does to it is nothing to the next. */
const freshSubjects = async (): Promise<Subjects> => {
	const em = product.services.orm.em.fork();
	const [team, operation, execution] = [randomUUID(), randomUUID(), randomUUID()];
	const fresh = {workspace: randomUUID(), operation, job: randomUUID(), execution, team};
	const copy = (table: string, id: string, changes: Record<string, unknown>) =>
		em.execute(`insert into "${table}" select (jsonb_populate_record(t, ?::jsonb)).* from "${table}" t where id = ?`, [
			JSON.stringify(changes),
			id,
		]);
	const {workspace} = fresh;
	await em.begin();
	await copy('team', teamId, {id: team, name: `t-${team}`});
	await em.execute('insert into team_member select ?, user_id, role, joined_at from team_member where team_id = ?', [
		team,
		teamId,
	]);
	await copy('workspace', template.workspace, {id: workspace, name: `w-${workspace.slice(0, 18)}`, team_id: team});
	await em.execute(
		'insert into workspace_member select ?, user_id, role, added_by, created_at from workspace_member where workspace_id = ?',
		[workspace, template.workspace],
	);
	await copy('operation', template.operation, {id: operation, workspace_id: workspace});
	await copy('job', template.job, {id: fresh.job, workspace_id: workspace});
	await copy('execution', template.execution, {id: execution, workspace_id: workspace, job_id: fresh.job});
	await em.commit();
	return fresh;
};
