import type {OperationKind, WorkspaceStatus} from '../../../src/workspaces/workspace-lifecycle.ts';
import type {TestClient} from '../../helpers/client.ts';
import type {GitServer} from '../../helpers/git-server.ts';
import {type Fault, faults} from './faults.ts';

/** One kind of operation in one situation, with all the steps that it has there. */
export interface Scenario {
	name: string;
	kind: OperationKind;
	steps: string[];
	/** Brings a workspace to where the operation begins. Answers its id; null: the operation makes it. */
	before: ((client: TestClient, name: string) => Promise<string>) | null;
	/** Where the workspace is afterwards; null: it is gone. */
	afterSuccess: WorkspaceStatus | null;
	/** Where it is when the operation has failed for good; undefined: this one never gives up. */
	afterFailure?: WorkspaceStatus;
}

/** How a case must end. One fault is never more than a delay, unless it is one that nothing can mend. */
export const outcomeOf = ({scenario, step, fault}: {scenario: Scenario; step: string; fault: Fault}) => {
	const {afterSuccess, afterFailure} = scenario;
	const mends = !fault.startsWith('failsForGood') || afterFailure === undefined || isPointOfNoReturn(step);
	return mends ? {operation: 'succeeded', workspace: afterSuccess} : {operation: 'failed', workspace: afterFailure};
};

/** What could not be undone does not give up either. */
const isPointOfNoReturn = (step: string): boolean => step === 'discard';

/** Every step of every operation with every fault. */
export const everyCase = (): {scenario: Scenario; step: string; fault: Fault}[] =>
	scenarios.flatMap(scenario =>
		scenario.steps.flatMap(step =>
			faults
				.filter(fault => fault !== 'failsForGoodKilledUndoing' || mayBeUndone(scenario, step))
				.map(fault => ({scenario, step, fault})),
		),
	);

const mayBeUndone = ({afterFailure}: Scenario, step: string): boolean =>
	afterFailure !== undefined && !isPointOfNoReturn(step);

const running = async (client: TestClient, name: string): Promise<string> => (await client.create({name})).id;
const stopped = async (client: TestClient, name: string): Promise<string> => {
	const id = await running(client, name);
	await client.command(id, 'stop');
	return id;
};
const withNewSettings = (before: typeof running) => async (client: TestClient, name: string) => {
	const id = await before(client, name);
	await client.send('PATCH', `/workspaces/${id}`, {env: [{key: 'LEVEL', value: 'new'}]});
	return id;
};

export const scenarios: Scenario[] = [
	{
		name: 'create',
		kind: 'create',
		steps: ['network', 'volume', 'container', 'ready', 'checkout', 'setup'],
		before: null,
		afterSuccess: 'running',
		afterFailure: 'error',
	},
	{
		name: 'start',
		kind: 'start',
		steps: ['network', 'container', 'ready'],
		before: stopped,
		afterSuccess: 'running',
		afterFailure: 'error',
	},
	{
		name: 'start with new settings',
		kind: 'start',
		steps: ['container', 'ready', 'discard'],
		before: withNewSettings(stopped),
		afterSuccess: 'running',
		afterFailure: 'error',
	},
	{name: 'stop', kind: 'stop', steps: ['drain', 'stop'], before: running, afterSuccess: 'stopped'},
	{
		name: 'restart',
		kind: 'restart',
		steps: ['stop', 'network', 'container', 'ready'],
		before: running,
		afterSuccess: 'running',
		afterFailure: 'error',
	},
	{
		name: 'rebuild',
		kind: 'rebuild',
		steps: ['stop', 'network', 'container', 'ready', 'discard'],
		before: running,
		afterSuccess: 'running',
		afterFailure: 'running',
	},
	{
		name: 'delete',
		kind: 'delete',
		steps: ['drain', 'container', 'volume', 'network', 'confirm'],
		before: running,
		afterSuccess: null,
	},
];

/** What begins an operation. */
export interface Start {
	method: string;
	path: string;
	body?: unknown;
}

/** Brings a workspace to where its operation begins. Answers what begins it. */
export const prepare = async (
	client: TestClient,
	name: string,
	{before, kind}: Scenario,
	repository: GitServer,
): Promise<Start> => {
	const setup = {gitUrl: repository.url, setupScript: 'echo once >> count'};
	if (!before) return {method: 'POST', path: '/workspaces', body: {name, ...setup}};
	const path = `/workspaces/${await before(client, name)}`;
	return kind === 'delete' ? {method: 'DELETE', path} : {method: 'POST', path: `${path}/${kind}`};
};

/** Begins it. */
export const begin = async (client: TestClient, {method, path, body: input}: Start) => {
	const {body} = await client.send(method, path, input);
	const isCreate = path === '/workspaces';
	return {
		workspaceId: (isCreate ? body.id : body.workspaceId) as string,
		operationId: (isCreate ? body.operation.id : body.operationId) as string,
	};
};
