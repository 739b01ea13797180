import type {OperationKind} from './workspace-lifecycle.ts';

/** The names of steps that belong to no runtime. */
export const READY = 'ready';
export const DRAIN = 'drain';
export const STOP = 'stop';
export const DISCARD = 'discard';
export const CHECKOUT = 'checkout';
export const SETUP = 'setup';
export const CONFIRM = 'confirm';

export interface PlanFacts {
	/** The runtime's steps, in order. */
	runtimeSteps: readonly {name: string; keepsFiles: boolean}[];
	/** The workspace never ran before: its volumes must be made and its files fetched. */
	isFresh: boolean;
	/** This operation makes a new container beside the one that was there. */
	makesNewGeneration: boolean;
	hasGitUrl: boolean;
	hasSetupScript: boolean;
}

/** The steps of an operation, in order. The workflow walks this list, and backwards when it must undo. */
export const planSteps = (kind: OperationKind, facts: PlanFacts): string[] => {
	const all = facts.runtimeSteps.map(step => step.name);
	const bootstrap = [...(facts.hasGitUrl ? [CHECKOUT] : []), ...(facts.hasSetupScript ? [SETUP] : [])];
	const up = [
		...(facts.isFresh ? all : facts.runtimeSteps.filter(step => !step.keepsFiles).map(step => step.name)),
		...(facts.makesNewGeneration ? [DISCARD] : []),
		...(facts.isFresh ? bootstrap : []),
	];
	const plans: Record<OperationKind, string[]> = {
		create: up,
		start: up,
		restart: [STOP, ...up],
		rebuild: [STOP, ...up],
		stop: [DRAIN, STOP],
		bootstrap,
		delete: [DRAIN, ...all.filter(name => name !== READY).toReversed(), CONFIRM],
	};
	return plans[kind];
};
