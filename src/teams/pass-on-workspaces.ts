import {AppError} from '../errors.ts';
import type {WorkspaceTransaction} from '../workspaces/workspace-transaction.ts';
import type {TeamMember} from './team-member.entity.ts';

/**
 * What a member owns in a team, also what was deleted there, belongs to the heir from now on. Names are unique in a team, so none is in the way. Rejects
 * with LAST_OWNER when there is something, and nobody to have it.
 */
export const passOnWorkspaces = async (
	{tx, record}: WorkspaceTransaction,
	{team, user}: Pick<TeamMember, 'team' | 'user'>,
	heir: string | null,
): Promise<void> => {
	const owned = await tx.execute<{id: string; is_there: boolean}[]>(
		'select id, deleted_at is null as is_there from workspace where team_id = ? and owner_id = ?',
		[team, user],
	);
	if (owned.length === 0) return;
	if (heir === null) throw new AppError('LAST_OWNER');
	await tx.execute(
		'update workspace set owner_id = ?, revision = revision + 1, updated_at = now() where team_id = ? and owner_id = ?',
		[heir, team, user],
	);
	for (const {id, is_there} of owned) if (is_there) record(id, 'status', 'workspaceUpdated', {fields: 'owner'});
};
