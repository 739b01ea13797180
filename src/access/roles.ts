import type {EntityManager} from '@mikro-orm/postgresql';
import {type Actor, localAdministrator} from './actor.ts';
import {strongest, type TeamRole, teamRoles, type WorkspaceRole, workspaceRoles} from './permissions.ts';

export type Roles = ReturnType<typeof createRoles>;

/** The roles that people have in workspaces and teams. An id that is not in an answer: no role, or no such thing. */
export const createRoles = ({em}: {em: EntityManager}) => ({
	/** Their own, by team, or as a platform administrator: a manager everywhere, and an owner where the owner is gone. */
	async inWorkspaces(actor: Actor, ids: readonly string[]): Promise<Map<string, WorkspaceRole>> {
		const asked = within(actor, ids);
		if (asked.length === 0) return new Map();
		const list = toArray(asked);
		const rows = await em.execute<{id: string; role: WorkspaceRole}[]>(
			actor.platformRole === 'admin' ? `${ownRoles} union all ${administratorRoles}` : ownRoles,
			actor.platformRole === 'admin' ? [actor.id, list, actor.id === localAdministrator.id, list] : [actor.id, list],
		);
		const roles = new Map<string, WorkspaceRole>();
		for (const {id, role} of rows) roles.set(id, strongest(workspaceRoles, roles.get(id), role) ?? role);
		return roles;
	},

	/** A platform administrator is an owner of every team. */
	async inTeams(actor: Actor, ids: readonly string[]): Promise<Map<string, TeamRole>> {
		if (ids.length === 0) return new Map();
		const rows = await em.execute<{id: string; role: TeamRole}[]>(
			actor.platformRole === 'admin' ? everyTeam : ownTeams,
			actor.platformRole === 'admin' ? [toArray(ids)] : [actor.id, toArray(ids)],
		);
		const roles = new Map<string, TeamRole>();
		for (const {id, role} of rows) roles.set(id, strongest(teamRoles, roles.get(id), role) ?? role);
		return roles;
	},
});

const within = ({grant}: Actor, ids: readonly string[]): readonly string[] =>
	grant?.workspaceId ? ids.filter(id => id === grant.workspaceId) : ids;

const toArray = (ids: readonly string[]): string => `{${ids.join(',')}}`;

const ownRoles = `select workspace_id as id, role from workspace_access where user_id = ? and workspace_id = any(?::uuid[])`;
const administratorRoles = `
	select w.id, case when ? or u.disabled_at is not null then 'owner' else 'manager' end
	from workspace w join "user" u on u.id = w.owner_id where w.id = any(?::uuid[])`;
const ownTeams = `
	select t.id, m.role from team t join team_member m on m.team_id = t.id
	where m.user_id = ? and t.id = any(?::uuid[]) and t.deleted_at is null`;
const everyTeam = `select id, 'owner' as role from team where id = any(?::uuid[]) and deleted_at is null`;
