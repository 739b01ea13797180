import {AppError, type ErrorCode} from '../errors.ts';
import type {Actor} from './actor.ts';
import {allows, type Operation, ruleOf, type TeamRole, type WorkspaceRole} from './permissions.ts';
import type {Roles} from './roles.ts';

export type AccessService = ReturnType<typeof createAccessService>;

/** Decides whether someone may do something. The rules are in `permissions.ts`. */
export const createAccessService = ({roles}: {roles: Roles}) => {
	const decide = <Role extends WorkspaceRole | TeamRole>(
		actor: Actor,
		operation: Operation,
		role: Role | null,
		notFound: ErrorCode,
	): Role | null => {
		if (allows(operation, actor, role)) return role;
		const rule = ruleOf(operation);
		if (role === null && ('workspace' in rule || 'team' in rule)) throw new AppError(notFound);
		throw new AppError('PERMISSION_DENIED', {operation});
	};

	return {
		/** Rejects with PERMISSION_DENIED{operation} unless the actor may. For what is about the service. */
		requirePlatform(actor: Actor, operation: Operation): void {
			if (!allows(operation, actor, null)) throw new AppError('PERMISSION_DENIED', {operation});
		},

		/**
		 * Answers the role that the actor has in the workspace. Rejects with `notFound` when the actor has no access at all, so that nobody learns
		 * what exists, and with PERMISSION_DENIED{operation} when the role, or what the credential is good for, is too little.
		 */
		async requireWorkspace(
			actor: Actor,
			operation: Operation,
			workspaceId: string,
			notFound: ErrorCode = 'WORKSPACE_NOT_FOUND',
		): Promise<WorkspaceRole | null> {
			const found = await roles.inWorkspaces(actor, [workspaceId]);
			return decide(actor, operation, found.get(workspaceId) ?? null, notFound);
		},

		/** The same for a team. */
		async requireTeam(
			actor: Actor,
			operation: Operation,
			teamId: string,
			notFound: ErrorCode = 'TEAM_NOT_FOUND',
		): Promise<TeamRole | null> {
			const found = await roles.inTeams(actor, [teamId]);
			return decide(actor, operation, found.get(teamId) ?? null, notFound);
		},
	};
};
