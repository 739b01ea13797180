import type {EntityManager} from '@mikro-orm/postgresql';
import {workspaceRoles} from './permissions.ts';

const enough = workspaceRoles
	.slice(workspaceRoles.indexOf('editor'))
	.map(role => `'${role}'`)
	.join(', ');

/** The condition that somebody may run things in a workspace: as an editor or more. Both are expressions for ids. */
export const mayWork = (userId: string, workspaceId: string): string => `exists (
	select 1 from "user" person
	where person.id = ${userId} and person.disabled_at is null and (
		person.platform_role = 'admin' or exists (
			select 1 from workspace_access held
			where held.user_id = person.id and held.workspace_id = ${workspaceId} and held.role in (${enough})
		)
	)
)`;

/** May this person run things in this workspace, now? */
export const personMayWork = async (em: EntityManager, userId: string, workspaceId: string): Promise<boolean> => {
	const [row] = await em.execute<{may: boolean}[]>(`select ${mayWork('?::uuid', '?::uuid')} as may`, [
		userId,
		workspaceId,
	]);
	return row?.may ?? false;
};
