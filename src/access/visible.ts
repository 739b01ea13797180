import {raw} from '@mikro-orm/postgresql';
import type {Actor} from './actor.ts';

/** Which workspaces the actor may see, as a query for their ids; null: all of them. */
export const visibleIds = ({id, platformRole, grant}: Actor): {sql: string; params: string[]} | null => {
	const only = grant?.workspaceId ? [grant.workspaceId] : [];
	if (platformRole === 'admin') return only.length === 0 ? null : {sql: 'select ?::uuid', params: only};
	const isOnly = only.length === 0 ? '' : ' and workspace_id = ?';
	return {sql: `select workspace_id from workspace_access where user_id = ?${isOnly}`, params: [id, ...only]};
};

/** The condition on a workspace that the actor may see it. */
export const visibleWorkspaces = (actor: Actor): object => onId(actor, 'id');

/** The condition on a team that the actor may see it. */
export const visibleTeams = ({id, platformRole}: Actor): object =>
	platformRole === 'admin' ? {} : {id: {$in: raw('(select team_id from team_member where user_id = ?)', [id])}};

/** The condition on what belongs to a workspace. */
export const ofVisibleWorkspaces = (actor: Actor): object => onId(actor, 'workspace');

const onId = (actor: Actor, property: string): object => {
	const ids = visibleIds(actor);
	return ids ? {[property]: {$in: raw(`(${ids.sql})`, ids.params)}} : {};
};
