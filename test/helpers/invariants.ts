import {setTimeout as pause} from 'node:timers/promises';
import type {EngineObject, ObservedState} from '../../src/containers/container-runtime.ts';
import type {Installation} from './installation.ts';

interface WorkspaceRow {
	id: string;
	name: string;
	status: string;
	desired: string;
	observed: ObservedState;
	generation: number;
	isDeleted: boolean;
	isProvisioned: boolean;
}

interface OperationRow {
	id: string;
	workspaceId: string;
	number: number;
	kind: string;
	status: string;
	steps: {name: string; status: string}[];
	supersededBy: string | null;
	isFinished: boolean;
}

/** How long after the last change everything must be as it should: a worker that died is taken for dead after ten seconds. */
const QUIET_SECONDS = 30;

/** Says of an installation with nothing left to do what is not as it must always be; empty: all is well. Waits a while for it to settle. */
export const findViolations = async (product: Pick<Installation, 'services'>): Promise<string[]> => {
	for (const deadline = Date.now() + QUIET_SECONDS * 1000; ; await pause(500)) {
		const violations = await look(product);
		if (violations.length === 0 || Date.now() > deadline) return violations;
	}
};

const look = async ({services}: Pick<Installation, 'services'>): Promise<string[]> => {
	const em = services.orm.em.fork();
	const workspaces = await em.execute<WorkspaceRow[]>(
		`select id, name, status, desired, observed, generation, deleted_at is not null as "isDeleted",
			provisioned_at is not null as "isProvisioned" from workspace`,
	);
	const operations = await em.execute<OperationRow[]>(
		`select id, workspace_id as "workspaceId", number, kind, status, steps, superseded_by as "supersededBy",
			finished_at is not null as "isFinished" from operation order by workspace_id, number`,
	);
	const objects = await services.runtime.list({}, AbortSignal.timeout(30_000));
	const {client, taskQueue} = services.temporal;
	const open: string[] = [];
	const query = `TaskQueue = "${taskQueue}" and ExecutionStatus = "Running" and WorkflowType != "sweep"`;
	for await (const {type, workflowId} of client.workflow.list({query})) {
		// The list lags behind: the workflow itself does not.
		if ((await client.workflow.getHandle(workflowId).describe()).status.name !== 'RUNNING') continue;
		if (type !== 'workspace') open.push(`workflow ${workflowId} (${type}) is still open`);
	}
	return [
		...strangers(objects, workspaces),
		...workspaces.flatMap(workspace => ofWorkspace(workspace, objects)),
		...operations.flatMap(ofOperation),
		...gaps(operations),
		...open,
	];
};

/** Every object has a live workspace that it belongs to. */
const strangers = (objects: readonly EngineObject[], workspaces: readonly WorkspaceRow[]): string[] => {
	const live = new Set(workspaces.filter(({isDeleted}) => !isDeleted).map(({id}) => id));
	return objects.filter(({workspaceId}) => !live.has(workspaceId)).map(({type, name}) => `orphan: ${type} ${name}`);
};

const ofWorkspace = (workspace: WorkspaceRow, all: readonly EngineObject[]): string[] => {
	if (workspace.isDeleted) return [];
	const objects = all.filter(({workspaceId}) => workspaceId === workspace.id);
	const containers = objects.filter(({type}) => type === 'container');
	const [container] = containers;
	const state = container?.observation?.state ?? 'absent';
	const has = (type: string) => objects.filter(object => object.type === type).length;
	const isWhole = workspace.status === 'running' || workspace.status === 'stopped';
	const claims: [boolean, string][] = [
		[containers.length <= 1, `has ${containers.length} containers`],
		[
			!container || container.generation === workspace.generation,
			`has a container of generation ${container?.generation}`,
		],
		[workspace.observed === state, `was seen ${workspace.observed}`],
		[workspace.status !== 'running' || state === 'running', 'is called running'],
		[workspace.status !== 'stopped' || state !== 'running', 'is called stopped'],
		[['running', 'stopped', 'error'].includes(workspace.status), 'is not at rest'],
		[workspace.status !== 'running' || workspace.desired === 'running', 'runs although nobody wants it'],
		[!isWhole || !workspace.isProvisioned || has('volume') >= 1, 'has lost its files'],
		[!isWhole || !workspace.isProvisioned || has('network') === 1, 'has lost its network'],
		[workspace.isProvisioned || objects.length === 0, 'never ran and has something on the engine'],
	];
	return claims
		.filter(([holds]) => !holds)
		.map(([, what]) => `${workspace.name} (${workspace.status}, ${workspace.desired}, engine: ${state}) ${what}`);
};

const terminal = ['succeeded', 'failed', 'cancelled', 'superseded'];
const endsOfSteps: Record<string, string[]> = {
	succeeded: ['done', 'failed'],
	failed: ['reverted', 'pending'],
	cancelled: ['reverted', 'pending'],
	superseded: ['pending'],
};

const ofOperation = ({id, kind, status, steps, supersededBy, isFinished}: OperationRow): string[] => {
	if (!terminal.includes(status)) return [`lost: ${kind} ${id} is ${status}`];
	const allowed = endsOfSteps[status] ?? [];
	return [
		...(isFinished ? [] : [`${kind} ${id} is ${status} and has no end`]),
		...(status === 'superseded' && supersededBy === null ? [`${kind} ${id} names no successor`] : []),
		...steps
			.filter(step => !allowed.includes(step.status))
			.map(step => `${kind} ${id} is ${status}, its step ${step.name} ${step.status}`),
	];
};

/** The operations of a workspace are numbered 1, 2, 3, … */
const gaps = (operations: readonly OperationRow[]): string[] =>
	[...Map.groupBy(operations, ({workspaceId}) => workspaceId).values()].flatMap(own =>
		own.flatMap(({number}, index) => (number === index + 1 ? [] : [`operation ${index + 1} is numbered ${number}`])),
	);
