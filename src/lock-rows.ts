import type {EntityManager} from '@mikro-orm/postgresql';

// Weaker than `for update`: rows that only refer to them may come meanwhile. Otherwise whoever holds a workspace and stores something of a
// person, and whoever holds the person and waits for the workspace, would wait for each other.
const strength = {change: 'for no key update', keep: 'for share'};

/**
 * Holds people or teams until the end of the transaction, in the order of their ids: to change them, or so that nobody else does. Locks are taken in this
 * order: people, teams, workspaces. Answers which there are.
 */
export const lockRows = async (
	tx: EntityManager,
	table: 'user' | 'team',
	ids: readonly string[],
	purpose: keyof typeof strength,
): Promise<Set<string>> => {
	const rows = await tx.execute<{id: string}[]>(
		`select id from "${table}" where id = any(?::uuid[]) order by id ${strength[purpose]}`,
		[`{${ids.join(',')}}`],
	);
	return new Set(rows.map(({id}) => id));
};
