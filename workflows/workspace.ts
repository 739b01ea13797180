import {
	defineSearchAttributeKey,
	SearchAttributeType,
	TypedSearchAttributes,
	WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
	condition,
	continueAsNew,
	defineSignal,
	getExternalWorkflowHandle,
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

/**
 * Runs one operation to its end. Every wake meanwhile asks whether it should be undone instead; that is its own workflow's to do, so it is begun
 * in any case, and told then.
 */
const run = async ({operation, cancelRequested}: NextOperation, seen: number, wakes: () => number): Promise<void> => {
	const {operationId, workspaceId} = operation;
	const child = {hasEnded: false, isLost: false};
	void runChild(operation, cancelRequested).then(
		() => (child.hasEnded = true),
		() => (child.isLost = true),
	);
	const isOver = () => child.hasEnded || child.isLost;
	let asked = seen;
	let isCancelled = cancelRequested;
	for (;;) {
		await condition(() => isOver() || (wakes() > asked && !isCancelled));
		if (isOver()) break;
		asked = wakes();
		isCancelled = await database.isCancelRequested({workspaceId, operationId});
		if (isCancelled) await cancelChild(operation);
	}
	if (!child.isLost) return;
	// Its workflow goes on from an earlier run of this one, or was ended by hand. The database knows what is left to do: ask it again, but not at
	// once.
	const woken = wakes();
	await condition(() => wakes() > woken, LOOK_AGAIN);
};

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** Resolves when the operation has ended; rejects when its workflow cannot be followed. */
const runChild = async (operation: OperationInput, cancelRequested: boolean): Promise<void> => {
	try {
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
		if (cancelRequested) await cancelChild(operation);
		await child.result();
	} catch (error) {
		// One that an earlier run of this workflow began.
		if (cancelRequested && error instanceof WorkflowExecutionAlreadyStartedError) await cancelChild(operation);
		throw error;
	}
};

/** By its id, because it may be the child of an earlier run. One that has ended meanwhile needs no cancelling. */
const cancelChild = async (operation: OperationInput): Promise<void> => {
	await getExternalWorkflowHandle(operationWorkflowId(operation))
		.cancel()
		.catch(() => {});
};
