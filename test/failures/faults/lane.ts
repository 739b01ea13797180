import type {GitServer} from '../../helpers/git-server.ts';
import {type Installation, startInstallation, workflowBundle} from '../../helpers/installation.ts';
import {findViolations} from '../../helpers/invariants.ts';
import {type Fault, isKill, type Plan} from './faults.ts';
import {type FaultyWorker, startFaultyWorker} from './faulty-worker.ts';
import {begin, outcomeOf, prepare, type Scenario, type Start} from './scenarios.ts';

export interface Case {
	scenario: Scenario;
	step: string;
	fault: Fault;
}

export const titleOf = ({scenario, step, fault}: Case): string => `${scenario.name}: ${step} ${fault}`;

/** An installation with one worker that fails as planned. */
export interface Lane {
	product: Installation;
	worker: FaultyWorker;
	/** Runs the cases side by side, lets all of it recover, and answers what is not as it should be. */
	run(cases: readonly Case[], repository: GitServer): Promise<string[]>;
	close(): Promise<void>;
}

/** Long enough for a worker that is killed eight times, each time noticed after ten seconds. */
const RECOVERY_SECONDS = 240;

export const startLane = async (): Promise<Lane> => {
	const product = await startInstallation({withoutWorkers: true});
	const worker = await startFaultyWorker({
		...product.env,
		TEST_TASK_QUEUE: product.services.temporal.taskQueue,
		WORKFLOW_BUNDLE: await workflowBundle(),
	});
	let made = 0;

	const runOne = async (one: Case, name: string, start: Start): Promise<string[]> => {
		const {workspaceId, operationId} = await begin(product, start);
		const {status, error} = await product.ended(operationId, RECOVERY_SECONDS);
		const expected = outcomeOf(one);
		const problems = status === expected.operation ? [] : [`ended ${status} (${error?.code ?? 'no error'})`];
		if (!worker.hit.has(name)) problems.push('the fault never happened');
		const found = await product.get(`/workspaces/${workspaceId}`);
		const workspace = found.status === 404 ? null : found.body.status;
		if (workspace !== expected.workspace) problems.push(`the workspace is ${workspace}, not ${expected.workspace}`);
		return problems.map(problem => `${titleOf(one)}: ${problem}`);
	};

	return {
		product,
		worker,
		async run(cases, repository) {
			const prepared = await Promise.all(
				cases.map(async one => {
					const name = `case-${++made}`;
					return {one, name, start: await prepare(product, name, one.scenario, repository)};
				}),
			);
			const plans: Plan[] = prepared.map(({one: {step, fault}, name}) => ({workspace: name, step, fault}));
			const deaths = worker.deaths;
			await worker.plan(plans);
			const problems = await Promise.all(prepared.map(({one, name, start}) => runOne(one, name, start)));
			const mayDie = cases.filter(({fault}) => isKill(fault)).length;
			if (worker.deaths - deaths > mayDie) problems.push([`the worker died ${worker.deaths - deaths} times`]);
			const violations = await findViolations(product);
			await product.removeWorkspaces();
			return [...problems.flat(), ...violations];
		},
		async close() {
			await product.removeWorkspaces();
			await worker.stop();
			await product.close();
		},
	};
};
