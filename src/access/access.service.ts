import {AppError, type ErrorCode} from '../errors.ts';
import type {Actor} from './actor.ts';
import {allows, type Operation, ruleOf, type WorkspaceRole} from './permissions.ts';

/** What deciding needs to ask of the database. */
export interface AccessQueries {
	/** The role of a person in a workspace; null: none, or no such workspace. */
	workspaceRole: (actorId: string, workspaceId: string) => Promise<WorkspaceRole | null>;
}

export type AccessService = ReturnType<typeof createAccessService>;

/** Decides whether someone may do something. The rules are in `permissions.ts`. */
export const createAccessService = ({workspaceRole}: AccessQueries) => ({
	/** Rejects with PERMISSION_DENIED{operation} unless the actor may. For operations that are not about a workspace. */
	requirePlatform(actor: Actor, operation: Operation): void {
		if (!allows(operation, actor, null)) throw new AppError('PERMISSION_DENIED', {operation});
	},

	/**
	 * Answers the role that the actor has in the workspace (null: none, but a platform administrator). Rejects with `notFound`
	 * when the actor has no access at all, so that nobody learns what exists, and with PERMISSION_DENIED{operation} when the
	 * role is too low. It does not promise that the workspace exists.
	 */
	async requireWorkspace(
		actor: Actor,
		operation: Operation,
		workspaceId: string,
		notFound: ErrorCode = 'WORKSPACE_NOT_FOUND',
	): Promise<WorkspaceRole | null> {
		const role = await workspaceRole(actor.id, workspaceId);
		if (allows(operation, actor, role)) return role;
		if (role === null && 'workspace' in ruleOf(operation)) throw new AppError(notFound);
		throw new AppError('PERMISSION_DENIED', {operation});
	},
});
