import type {DrainService} from '../src/automation/drain.service.ts';
import type {ContainerRuntime, RuntimeStep, StepContext, WorkspaceSpec} from '../src/containers/container-runtime.ts';
import {AppError, attemptLimit} from '../src/errors.ts';
import type {ImageCatalogue} from '../src/images/image-catalogue.ts';
import type {LeaseService} from '../src/workspaces/lease.service.ts';
import type {StepWork} from '../src/workspaces/step-work.ts';
import {CHECKOUT, CONFIRM, DISCARD, DRAIN, SETUP, STOP} from '../src/workspaces/operation-plan.ts';
import type {Failure} from '../src/workspaces/operation.schema.ts';
import type {OperationJournal} from '../src/workspaces/operation-journal.service.ts';
import {CHECKOUT_SECONDS, killBootstrap, runBootstrap, SETUP_SECONDS} from './bootstrap.ts';
import {toFailure} from './failures.ts';
import {withinSeconds} from './within-seconds.ts';

export interface OperationStepDependencies {
	runtime: ContainerRuntime;
	journal: OperationJournal;
	images: ImageCatalogue;
	leases: LeaseService;
	drain: DrainService;
}

interface Step {
	/** After so long an attempt is given up, whatever it waits for. */
	timeoutSeconds: (work: StepWork) => number;
	/** Answers a failure that the operation can live with. */
	apply(work: StepWork, context: StepContext): Promise<Failure | null | void>;
	revert(work: StepWork, context: StepContext): Promise<void>;
}

export type OperationSteps = ReturnType<typeof createOperationSteps>;

const STOP_GRACE_SECONDS = 10;
/** How often and how long the inside of a container is asked to end something, before the container itself is ended. */
const ATTEMPTS_INSIDE = 3;
const SECONDS_INSIDE = 60;
const EVERY_GENERATION = Number.MAX_SAFE_INTEGER;
/** An engine that is away is waited for; a worker that ends passes the work on. */
const isForEngine = (error: unknown, {signal}: StepContext): boolean =>
	signal.aborted || attemptLimit(toFailure(error).code) === null;
const nothing = async (): Promise<void> => {};
const minutes = (count: number) => () => count * 60;

/** What each step of an operation does, and how it is undone: the runtime's own steps, and those that every runtime shares. */
export const createOperationSteps = ({runtime, journal, images, leases, drain}: OperationStepDependencies) => {
	const pinned = async (work: StepWork, context: StepContext): Promise<WorkspaceSpec> => {
		if (work.spec.image) return {...work.spec, image: work.spec.image};
		const image = await runtime.pinImage(images.require(work.catalogueImage).reference, context);
		await journal.pinImage(work, image);
		return {...work.spec, image};
	};

	const runtimeStep = (step: RuntimeStep): Step => ({
		// One that makes a container may have to fetch its image first; one that waits for health has a limit of its own.
		timeoutSeconds: ({spec}) => (step.makesGeneration ? 3600 : spec.readyTimeoutSeconds + 120),
		async apply(work, context) {
			if (work.kind === 'delete') {
				if (step.makesGeneration) await runtime.discardOlder({...work.spec, generation: EVERY_GENERATION}, context);
				return step.revert(work.spec, context);
			}
			// Only the step that makes a container needs to know the image.
			const spec = step.makesGeneration ? await pinned(work, context) : {...work.spec, image: work.spec.image ?? ''};
			return step.apply(spec, context);
		},
		/** Undoes what this operation made, and nothing that was there before it. */
		async revert(work, context) {
			if (work.isFresh) return step.revert(work.spec, context);
			if (!step.makesGeneration) return;
			if (work.makesNewGeneration) return step.revert(work.spec, context);
			return runtime.stop(work.spec.workspaceId, {graceSeconds: STOP_GRACE_SECONDS}, context);
		},
	});

	const bootstrap = (seconds: number): Step => ({
		timeoutSeconds: () => seconds + 60,
		apply: (work, context) => runBootstrap({runtime, journal}, work, context),
		async revert(work, context) {
			try {
				await withinSeconds(SECONDS_INSIDE, context, limited => killBootstrap(runtime, work, limited));
			} catch (error) {
				if (isForEngine(error, context) || work.attempt < ATTEMPTS_INSIDE) throw error;
				await endContainer(work, context);
			}
		},
	});

	/** The container ends whatever runs in it, and is asked nothing. A workspace that never ran is about to lose it anyway. */
	const endContainer = async ({isFresh, spec}: StepWork, context: StepContext): Promise<void> => {
		const {workspaceId, generation} = spec;
		await runtime.stop(workspaceId, {graceSeconds: 0}, context);
		if (isFresh) return;
		try {
			await runtime.start({workspaceId, generation}, context);
		} catch (error) {
			// One that does not start again is seen, and left to the restart policy.
			if (isForEngine(error, context)) throw error;
		}
	};

	const shared: Record<string, Step> = {
		[DRAIN]: {
			timeoutSeconds: minutes(1),
			async apply({kind, ref}) {
				await leases.endAll(ref.workspaceId);
				await (kind === 'delete' ? drain.deleting(ref.workspaceId) : drain.stopping(ref.workspaceId));
			},
			revert: nothing,
		},
		[STOP]: {
			timeoutSeconds: minutes(2),
			apply: (work, context) => runtime.stop(work.spec.workspaceId, {graceSeconds: STOP_GRACE_SECONDS}, context),
			/** A rebuild that fails gives back what ran before. */
			async revert({kind, previousStatus, previousGeneration, spec}, context) {
				if (kind !== 'rebuild' || previousStatus !== 'running') return;
				if (previousGeneration === null) return;
				await runtime.start({workspaceId: spec.workspaceId, generation: previousGeneration}, context);
			},
		},
		[DISCARD]: {
			timeoutSeconds: minutes(2),
			apply: (work, context) => runtime.discardOlder(work.spec, context),
			revert: nothing,
		},
		[CHECKOUT]: bootstrap(CHECKOUT_SECONDS),
		[SETUP]: bootstrap(SETUP_SECONDS),
		[CONFIRM]: {
			timeoutSeconds: minutes(2),
			async apply(work, context) {
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
	const stepOf = (work: StepWork): Step => {
		const step = table[work.step];
		if (!step) throw new Error(`There is no step ${work.step}`);
		return step;
	};

	return {
		timeoutSeconds: (work: StepWork): number => stepOf(work).timeoutSeconds(work),
		async apply(work: StepWork, context: StepContext): Promise<Failure | null> {
			const failure = (await stepOf(work).apply(work, context)) ?? null;
			// Bootstrapping is all that such an operation is for.
			if (failure && work.kind === 'bootstrap') throw new AppError('BOOTSTRAP_FAILED', failure.params);
			return failure;
		},
		revert: (work: StepWork, context: StepContext): Promise<void> => stepOf(work).revert(work, context),
	};
};
