import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import type {Actor} from '../access/actor.ts';
import {visibleTeams} from '../access/visible.ts';
import {AppError} from '../errors.ts';
import {containing, sortOrder, toWindow} from '../http/page.ts';
import {requireRevision} from '../http/revision.ts';
import {nameTaken} from '../name-taken.ts';
import {inTransaction} from '../transaction.ts';
import {Workspace} from '../workspaces/workspace.entity.ts';
import {revokePending} from './invitations/revoke-pending.ts';
import {lockTeam} from './locked-team.ts';
import {TeamMember} from './team-member.entity.ts';
import {Team} from './team.entity.ts';
import type {CreateTeam, ListTeams, UpdateTeam} from './team.schema.ts';

export type TeamService = ReturnType<typeof createTeamService>;

/** Teams. Who is in them: `team-member.service.ts`. */
export const createTeamService = ({em}: {em: EntityManager}) => ({
	/** Whoever makes it is its owner. Rejects with TEAM_NAME_TAKEN. */
	create: (actor: Actor, input: CreateTeam): Promise<Team> =>
		nameTaken(
			'TEAM_NAME_TAKEN',
			() => input.name,
			() =>
				inTransaction(em, async tx => {
					const now = new Date();
					const team = tx.create(Team, {id: uuid(), ...input, createdAt: now, updatedAt: now, deletedAt: null});
					await tx.flush();
					tx.create(TeamMember, {team: team.id, user: actor.id, role: 'owner', joinedAt: now});
					return team;
				}),
		),

	/** One page of what the actor may see, and how many there are in all. */
	list(actor: Actor, query: ListTeams): Promise<[Team[], number]> {
		const where: FilterQuery<Team>[] = [{deletedAt: null}, visibleTeams(actor)];
		if (query.search) where.push({name: {$ilike: containing(query.search)}});
		const {field, direction} = sortOrder(query.sort);
		return em.findAndCount(Team, {$and: where}, {...toWindow(query), orderBy: [{[field]: direction}, {id: 'asc'}]});
	},

	/** Rejects with TEAM_NOT_FOUND. */
	async get(id: string): Promise<Team> {
		const team = await em.findOne(Team, {id, deletedAt: null});
		if (!team) throw new AppError('TEAM_NOT_FOUND');
		return team;
	},

	/** How many people are in each. */
	async memberCounts(ids: readonly string[]): Promise<Map<string, number>> {
		const rows = await em.execute<{id: string; members: number}[]>(
			'select team_id as id, count(*)::int as members from team_member where team_id = any(?::uuid[]) group by team_id',
			[`{${ids.join(',')}}`],
		);
		return new Map(rows.map(({id, members}) => [id, members]));
	},

	/** Rejects with TEAM_NOT_FOUND, REVISION_CONFLICT, TEAM_NAME_TAKEN. */
	update: (id: string, input: UpdateTeam, revision: number | null): Promise<Team> =>
		nameTaken(
			'TEAM_NAME_TAKEN',
			() => input.name ?? '',
			() =>
				inTransaction(em, async tx => {
					const team = await lockTeam(tx, id);
					requireRevision(revision, team.revision);
					tx.assign(team, input);
					await tx.flush();
					return team;
				}),
		),

	/** Its open invitations end with it. Rejects with TEAM_NOT_FOUND, REVISION_CONFLICT, TEAM_HAS_WORKSPACES{count}. */
	delete: (id: string, revision: number | null): Promise<void> =>
		inTransaction(em, async tx => {
			const team = await lockTeam(tx, id);
			requireRevision(revision, team.revision);
			const count = await tx.count(Workspace, {team: id, deletedAt: null});
			if (count > 0) throw new AppError('TEAM_HAS_WORKSPACES', {count});
			await revokePending(tx, {team: id});
			team.deletedAt = new Date();
		}),
});
