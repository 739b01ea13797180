import type {EntityManager} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import {lockRows} from '../lock-rows.ts';
import {TeamMember} from './team-member.entity.ts';
import {Team} from './team.entity.ts';

/** A team that nobody else changes until the end of the transaction, nor who is in it. Rejects with TEAM_NOT_FOUND. */
export const lockTeam = async (tx: EntityManager, id: string): Promise<Team> => {
	await lockRows(tx, 'team', [id], 'change');
	const team = await tx.findOne(Team, {id, deletedAt: null}, {refresh: true});
	if (!team) throw new AppError('TEAM_NOT_FOUND');
	return team;
};

/**
 * Keeps teams, and who is in them, as they are until the end of the transaction. Take it before any lock on a workspace. Rejects with TEAM_NOT_FOUND when
 * one of them is not there.
 */
export const holdTeams = async (tx: EntityManager, ids: readonly string[]): Promise<void> => {
	await lockRows(tx, 'team', ids, 'keep');
	const gone = await tx.count(Team, {id: {$in: [...ids]}, deletedAt: {$ne: null}});
	if (gone > 0) throw new AppError('TEAM_NOT_FOUND');
};

/** Whoever owns a workspace of a team is a member of that team. Rejects with OWNER_NOT_IN_TEAM. */
export const requireInTeam = async (tx: EntityManager, userId: string, teamId: string): Promise<void> => {
	if ((await tx.count(TeamMember, {team: teamId, user: userId})) === 0)
		throw new AppError('OWNER_NOT_IN_TEAM', {}, {fields: [{path: 'teamId', code: 'OWNER_NOT_IN_TEAM'}]});
};

/** Who is in it is a part of the team: it has another revision now. */
export const touch = (team: Team): void => {
	team.updatedAt = new Date();
};
