import {defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes} from '@temporalio/common';
import {
	CancellationScope,
	condition,
	continueAsNew,
	defineSignal,
	ParentClosePolicy,
	setHandler,
	startChild,
	workflowInfo,
} from '@temporalio/workflow';
import {
	type NextStep,
	type OperationInput,
	operationWorkflowId,
	searchAttributeNames,
	WAKE,
	type Wake,
	type WorkspaceInput,
} from '../src/workspaces/workspace.contract.ts';
import {containersOf, database} from './activities.ts';
import {operationWorkflows} from './operation-workflows.ts';

type NextOperation = Extract<NextStep, {kind: 'operation'}>;

const wakeSignal = defineSignal<[Wake]>(WAKE);
/** When an operation's workflow could not be followed to its end. */
const LOOK_AGAIN = '5 seconds';

/**
 * The mailbox of one workspace: does what the database says is next, one thing at a time, and ends when there is nothing to do. It holds
 * nothing but an id, so it may end, fail or be replaced by newer code at any quiet moment.
 */
export async function workspace({workspaceId}: WorkspaceInput): Promise<void> {
	let wakes = 0;
	let engineChanged = false;
	setHandler(wakeSignal, wake => {
		// What the engine did says nothing about what people want: it does not disturb an operation that runs.
		if (wake.engineChanged) engineChanged = true;
		else wakes += 1;
	});

	for (;;) {
		const seen = wakes;
		const changed: boolean = engineChanged;
		engineChanged = false;
		const next = await database.nextStep({workspaceId, engineChanged: changed});
		if (next.kind === 'operation') {
			await run(next, seen, () => wakes);
			// Nobody has looked at it yet.
			engineChanged ||= changed;
		} else if (next.kind === 'observe') {
			await containersOf(next.target).observeWorkspace({workspaceId});
		} else if (next.kind === 'wait') {
			await condition(() => wakes > seen || engineChanged, next.milliseconds);
		} else if (wakes === seen && !engineChanged) {
			return;
		}
		if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof workspace>({workspaceId});
	}
}

/** Runs one operation to its end. Every wake meanwhile asks whether it should be undone instead. */
const run = async (next: NextOperation, seen: number, wakes: () => number): Promise<void> => {
	const {operationId, workspaceId} = next.operation;
	const scope = new CancellationScope();
	let ended = false;
	const ending = scope.run(() => runChild(next.operation)).finally(() => (ended = true));
	// Whatever it ends with is looked at below; without this an early failure would count as unhandled.
	ending.catch(() => {});

	let asked = seen;
	if (next.cancelRequested) scope.cancel();
	for (;;) {
		await condition(() => ended || (wakes() > asked && !scope.consideredCancelled));
		if (ended) break;
		asked = wakes();
		if (await database.isCancelRequested({workspaceId, operationId})) scope.cancel();
	}
	try {
		await ending;
	} catch {
		// Its workflow goes on from an earlier run of this one, or was ended by hand. The database knows what is left to do: ask it again, but
		// not at once.
		const woken = wakes();
		await condition(() => wakes() > woken, LOOK_AGAIN);
	}
};

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

const runChild = async (operation: OperationInput): Promise<void> => {
	const child = await startChild(operationWorkflows[operation.kind], {
		workflowId: operationWorkflowId(operation),
		args: [operation],
		parentClosePolicy: ParentClosePolicy.ABANDON,
		typedSearchAttributes: new TypedSearchAttributes([
			{key: keyword(searchAttributeNames.workspaceId), value: operation.workspaceId},
			{key: keyword(searchAttributeNames.ownerId), value: operation.ownerId},
			{key: keyword(searchAttributeNames.operationKind), value: operation.kind},
		]),
		staticSummary: `${operation.kind}: ${operation.steps.join(', ')}`,
		staticDetails: `Operation ${operation.operationId} of workspace ${operation.workspaceId}`,
	});
	await child.result();
};
