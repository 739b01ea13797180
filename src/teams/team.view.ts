import type {Actor} from '../access/actor.ts';
import {allowedTeamOperations} from '../access/permissions.ts';
import type {Roles} from '../access/roles.ts';
import type {TeamMemberView} from './team-member.schema.ts';
import type {NamedMember} from './team-member.service.ts';
import type {Team} from './team.entity.ts';
import type {TeamView} from './team.schema.ts';
import type {TeamService} from './team.service.ts';

/** Views of teams as they are for the actor, with what is counted read for all of them at once. */
export const createTeamViews =
	({teams, roles}: {teams: TeamService; roles: Roles}) =>
	async (actor: Actor, found: readonly Team[]): Promise<TeamView[]> => {
		const ids = found.map(({id}) => id);
		const [counts, own] = [await teams.memberCounts(ids), await roles.inTeams(actor, ids)];
		return found.map(team => ({
			id: team.id,
			name: team.name,
			description: team.description,
			avatarUrl: team.avatarUrl,
			memberCount: counts.get(team.id) ?? 0,
			role: own.get(team.id) ?? null,
			createdAt: team.createdAt.toISOString(),
			updatedAt: team.updatedAt.toISOString(),
			revision: team.revision,
			allowedOperations: allowedTeamOperations(actor, own.get(team.id) ?? null),
		}));
	};

export const viewTeamMember = ({member, name}: NamedMember): TeamMemberView => ({
	userId: member.user,
	name,
	role: member.role,
	joinedAt: member.joinedAt.toISOString(),
});
