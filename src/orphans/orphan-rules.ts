/** What is an orphan, and which may be removed. Pure. */
import type {EngineObject} from '../containers/container-runtime.ts';

export const orphanReasons = ['workspaceUnknown', 'workspaceDeleted', 'otherGeneration'] as const;
export type OrphanReason = (typeof orphanReasons)[number];

/** Why an orphan stays for now. */
export const keptReasons = ['seenOnce', 'young', 'filesOfUnknown'] as const;
export type KeptReason = (typeof keptReasons)[number];

/** What the database knows of a workspace that an object names. */
export interface Owner {
	isDeleted: boolean;
	/** The one that its container shall have. */
	generation: number;
	/** An operation is under way: then its objects are that operation's business. */
	isBusy: boolean;
}

/** Null: it belongs to a workspace, or an operation is just about it. */
export const orphanReason = (
	{generation}: Pick<EngineObject, 'generation'>,
	owner: Owner | undefined,
): OrphanReason | null => {
	if (!owner) return 'workspaceUnknown';
	if (owner.isBusy) return null;
	if (owner.isDeleted) return 'workspaceDeleted';
	return generation !== null && generation !== owner.generation ? 'otherGeneration' : null;
};

export const MIN_AGE_MS = 10 * 60_000;
export const MIN_SWEEPS = 2;
/** A mistake of ours shall not empty a machine within a minute. */
export const REMOVALS_A_SWEEP = 10;

export interface OrphanFacts {
	type: EngineObject['type'];
	reason: OrphanReason;
	createdAt: Date;
	sweeps: number;
}

/** Why it may not be removed yet; empty: it may. Files of a workspace that the database does not know are never removed: it may be an old backup. */
export const keptBecause = ({type, reason, createdAt, sweeps}: OrphanFacts, now: number): KeptReason[] => [
	...(sweeps < MIN_SWEEPS ? (['seenOnce'] as const) : []),
	...(now - createdAt.getTime() < MIN_AGE_MS ? (['young'] as const) : []),
	...(type === 'volume' && reason !== 'workspaceDeleted' ? (['filesOfUnknown'] as const) : []),
];

/** Containers hold networks and volumes: they go first. */
const removalOrder: Record<EngineObject['type'], number> = {container: 0, network: 1, volume: 2};

/** What a sweep removes of these, in this order. */
export const toBeRemoved = <T extends OrphanFacts>(orphans: readonly T[], now: number): T[] =>
	orphans
		.filter(orphan => keptBecause(orphan, now).length === 0)
		.toSorted((a, b) => removalOrder[a.type] - removalOrder[b.type] || a.createdAt.getTime() - b.createdAt.getTime())
		.slice(0, REMOVALS_A_SWEEP);
