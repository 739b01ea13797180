import type {ContainerRuntime, RuntimeStep, StepContext, WorkspaceSpec} from '../src/containers/container-runtime.ts';
import {AppError} from '../src/errors.ts';
import type {ImageCatalogue} from '../src/images/image-catalogue.ts';
import type {StepWork} from '../src/workspaces/step-work.ts';
import {CHECKOUT, CONFIRM, DISCARD, SETUP, STOP} from '../src/workspaces/operation-plan.ts';
import type {Failure} from '../src/workspaces/operation.schema.ts';
import type {OperationJournal} from '../src/workspaces/operation-journal.service.ts';
import type {OperationRef} from '../src/workspaces/workspace.contract.ts';
import {killBootstrap, runBootstrap} from './bootstrap.ts';

interface Dependencies {
	runtime: ContainerRuntime;
	journal: OperationJournal;
	images: ImageCatalogue;
}

interface Step {
	/** Answers a failure that the operation can live with. */
	apply(ref: OperationRef, work: StepWork, context: StepContext): Promise<Failure | null | void>;
	revert(ref: OperationRef, work: StepWork, context: StepContext): Promise<void>;
}

const STOP_GRACE_SECONDS = 10;
const EVERY_GENERATION = Number.MAX_SAFE_INTEGER;
const nothing = async (): Promise<void> => {};

/** What each step of an operation does, and how it is undone: the runtime's own steps, and those that every runtime shares. */
export const createOperationSteps = ({runtime, journal, images}: Dependencies) => {
	const pinned = async (ref: OperationRef, work: StepWork, context: StepContext): Promise<WorkspaceSpec> => {
		if (work.spec.image) return {...work.spec, image: work.spec.image};
		const image = await runtime.pinImage(images.require(work.catalogueImage).reference, context);
		await journal.pinImage(ref, image);
		return {...work.spec, image};
	};

	const runtimeStep = (step: RuntimeStep): Step => ({
		async apply(ref, work, context) {
			if (work.kind === 'delete') {
				if (step.makesGeneration) await runtime.discardOlder({...work.spec, generation: EVERY_GENERATION}, context);
				return step.revert(work.spec, context);
			}
			// Only the step that makes a container needs to know the image.
			const spec = step.makesGeneration
				? await pinned(ref, work, context)
				: {...work.spec, image: work.spec.image ?? ''};
			return step.apply(spec, context);
		},
		/** Undoes what this operation made, and nothing that was there before it. */
		async revert(_ref, work, context) {
			if (work.isFresh) return step.revert(work.spec, context);
			if (!step.makesGeneration) return;
			if (work.makesNewGeneration) return step.revert(work.spec, context);
			return runtime.stop(work.spec.workspaceId, {graceSeconds: STOP_GRACE_SECONDS}, context);
		},
	});

	const bootstrap: Step = {
		apply: (ref, work, context) => runBootstrap({runtime, journal}, ref, work, context),
		revert: (ref, work, context) => killBootstrap(runtime, ref, work.step, context),
	};

	const shared: Record<string, Step> = {
		[STOP]: {
			apply: (_ref, work, context) => runtime.stop(work.spec.workspaceId, {graceSeconds: STOP_GRACE_SECONDS}, context),
			/** A rebuild that fails gives back what ran before. */
			async revert(_ref, {kind, previousStatus, previousGeneration, spec}, context) {
				if (kind !== 'rebuild' || previousStatus !== 'running') return;
				if (previousGeneration === null) return;
				await runtime.start({workspaceId: spec.workspaceId, generation: previousGeneration}, context);
			},
		},
		[DISCARD]: {apply: (_ref, work, context) => runtime.discardOlder(work.spec, context), revert: nothing},
		[CHECKOUT]: bootstrap,
		[SETUP]: bootstrap,
		[CONFIRM]: {
			async apply(_ref, work, context) {
				const left = await runtime.list({workspaceId: work.spec.workspaceId}, context.signal);
				if (left.length > 0)
					throw new AppError('LEFTOVERS_REMAIN', {names: left.map(object => object.name).join(', ')});
			},
			revert: nothing,
		},
	};
	const table: Record<string, Step> = {
		...shared,
		...Object.fromEntries(runtime.steps.map(step => [step.name, runtimeStep(step)])),
	};
	const stepOf = (name: string): Step => {
		const step = table[name];
		if (!step) throw new Error(`There is no step ${name}`);
		return step;
	};

	return {
		async apply(ref: OperationRef, work: StepWork, context: StepContext): Promise<Failure | null> {
			const failure = (await stepOf(work.step).apply(ref, work, context)) ?? null;
			// Bootstrapping is all that such an operation is for.
			if (failure && work.kind === 'bootstrap') throw new AppError('BOOTSTRAP_FAILED', failure.params);
			return failure;
		},
		revert: (ref: OperationRef, work: StepWork, context: StepContext): Promise<void> =>
			stepOf(work.step).revert(ref, work, context),
	};
};
