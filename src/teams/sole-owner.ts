import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import {lockRows} from '../lock-rows.ts';

/**
 * Holds the teams that a person owns until the end of the transaction, and rejects with LAST_OWNER{team} when one of them has no other owner who can
 * sign in. Call it before that person is disabled, with the lock on their row, and before any lock on a workspace.
 */
export const requireOtherOwners = async (tx: EntityManager, userId: string): Promise<void> => {
	const owned = await tx.execute<{id: string}[]>(
		`select t.id from team t join team_member m on m.team_id = t.id
		where m.user_id = ? and m.role = 'owner' and t.deleted_at is null`,
		[userId],
	);
	const ids = owned.map(({id}) => id);
	await lockRows(tx, 'team', ids, 'change');
	// Asked again under the locks: who owned them may have changed until then.
	const [alone] = await tx.execute<{name: string}[]>(
		`select t.name from team t join team_member m on m.team_id = t.id
		where t.id = any(?::uuid[]) and m.user_id = ? and m.role = 'owner' and t.deleted_at is null and not exists (
			select 1 from team_member o join "user" u on u.id = o.user_id
			where o.team_id = t.id and o.role = 'owner' and o.user_id <> m.user_id and u.disabled_at is null)
		order by t.name limit 1`,
		[`{${ids.join(',')}}`, userId],
	);
	if (alone) throw new AppError('LAST_OWNER', {team: alone.name});
};
