import type {ChangeSet} from '@mikro-orm/postgresql';

/** What happened to rows of one kind. Names only: a value may be a secret. */
export interface Change {
	/** In camelCase: `workspace`, `teamMember`. */
	entity: string;
	kind: 'created' | 'changed' | 'removed';
	/** Which properties; none for what is new or gone. */
	fields: string[];
}

/** What follows from an act, and tells nobody anything about it. */
const noiseEntities = new Set(['lease', 'idempotencyKey', 'workspaceEvent', 'jobSchedule', 'notification']);
const noiseFields = new Set(['revision', 'updatedAt', 'lastActivityAt', 'lastSeenAt', 'coveredUntil']);

const kinds = {
	create: 'created',
	update: 'changed',
	update_early: 'changed',
	delete: 'removed',
	delete_early: 'removed',
} as const;

export type ChangeCollector = ReturnType<typeof createChangeCollector>;

/** Adds up the flushes of one transaction. */
export const createChangeCollector = () => {
	const changes = new Map<string, Change>();
	const created = new Map<object, string>();
	let workspaceId: string | null = null;
	let teamId: string | null = null;

	const add = (changeSet: ChangeSet<object>): void => {
		const {entity: row, meta, payload} = changeSet;
		const entity = meta.className.replace(/^./, letter => letter.toLowerCase());
		if (noiseEntities.has(entity)) return;
		workspaceId ??= entity === 'workspace' ? textOf(row, 'id') : textOf(row, 'workspace');
		// The team that a workspace leaves, rather than the one that it comes to, which will have it.
		const before = changeSet.originalEntity ?? {};
		teamId ??= entity === 'team' ? textOf(row, 'id') : (textOf(before, 'team') ?? textOf(row, 'team'));
		const kind = kinds[changeSet.type];
		if (kind === 'created') created.set(row, entity);
		// That it is new says it all.
		else if (created.has(row)) return;
		const fields = kind === 'changed' ? Object.keys(payload).filter(name => !noiseFields.has(name)) : [];
		if (kind === 'changed' && fields.length === 0) return;
		const key = `${entity} ${kind}`;
		const known = changes.get(key)?.fields ?? [];
		changes.set(key, {entity, kind, fields: [...new Set([...known, ...fields])]});
	};

	return {
		add,
		list: (): Change[] => [...changes.values()],
		/** The workspace and the team that the rows belong to, the first of each. */
		scope: () => ({workspaceId, teamId}),
		/** The id of what is new of that kind; null: nothing, or nothing with an id. */
		createdId(entity: string): string | null {
			const [row] = [...created].find(([, name]) => name === entity) ?? [];
			return row ? textOf(row, 'id') : null;
		},
	};
};

const textOf = (row: object, property: string): string | null => {
	const value: unknown = Reflect.get(row, property);
	return typeof value === 'string' ? value : null;
};
