import type {MikroORM} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import {localAdministrator} from '../../../src/access/actor.ts';
import {Operation} from '../../../src/workspaces/operation.entity.ts';
import {Workspace} from '../../../src/workspaces/workspace.entity.ts';

export const rowCount = 10_000;
const batch = 1000;
const projects = ['payments', 'billing', 'search', 'mobile', 'docs', 'infra', 'data', 'web', 'auth', 'reports'];

/** Fills the database with workspaces at rest, each with the operation that made it, a minute apart. Answers their ids. */
export async function seedWorkspaces(orm: MikroORM): Promise<string[]> {
	const start = Date.now() - rowCount * 60_000;
	const rows = Array.from({length: rowCount}, (_, index) => workspaceRow(index, new Date(start + index * 60_000)));
	for (let from = 0; from < rows.length; from += batch) {
		const em = orm.em.fork();
		const some = rows.slice(from, from + batch);
		await em.insertMany(Workspace, some);
		await em.insertMany(Operation, some.map(operationRow));
	}
	// What autovacuum would do within a minute.
	for (const table of ['workspace', 'operation']) await orm.em.getConnection().execute(`vacuum analyze ${table}`);
	return rows.map(row => row.id);
}

const workspaceRow = (index: number, at: Date) => ({
	id: uuid({msecs: at.getTime()}),
	name: `${projects[index % projects.length]}-${index}`,
	description: 'A workspace at rest',
	owner: localAdministrator.id,
	runtime: 'docker' as const,
	target: 'docker-local',
	image: 'default',
	pinnedImage: `sha256:${'0'.repeat(64)}`,
	gitUrl: 'https://git.example.com/payments.git',
	branch: 'main',
	setupScript: null,
	env: [{key: 'LOG_LEVEL', value: 'debug'}],
	cpus: 1,
	memoryMiB: 2048,
	pids: 512,
	healthCommand: null,
	restartPolicy: {mode: 'onFailure' as const, maxRetries: 5},
	autostopMinutes: null,
	ttlMinutes: null,
	settingsPending: false,
	desired: 'stopped' as const,
	status: index % 10 === 3 ? ('error' as const) : ('stopped' as const),
	// No engine has a container of them: a sweep must find them to be what they were.
	observed: 'absent' as const,
	observedAt: at,
	exitCode: 0,
	reason: {code: 'user', params: {command: 'stop'}},
	generation: 1,
	lastGeneration: 1,
	bootstrap: {status: 'none' as const, step: null, exitCode: null, output: null, finishedAt: null},
	repairs: 0,
	repairAfter: null,
	lastActivityAt: at,
	provisionedAt: at,
	createdAt: at,
	updatedAt: at,
	deletedAt: null,
	revision: 1,
});

const operationRow = ({id, createdAt}: ReturnType<typeof workspaceRow>) => ({
	id: uuid({msecs: createdAt.getTime()}),
	workspace: id,
	number: 1,
	kind: 'create' as const,
	status: 'succeeded' as const,
	reason: {code: 'user', params: {command: 'create'}},
	requestedBy: localAdministrator.id,
	steps: [],
	error: null,
	cancelRequested: false,
	generation: 1,
	previousGeneration: null,
	previousStatus: null,
	pinnedImage: null,
	supersededBy: null,
	createdAt,
	startedAt: createdAt,
	finishedAt: createdAt,
	revision: 1,
});
