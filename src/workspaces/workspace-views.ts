import type {Actor} from '../access/actor.ts';
import type {Roles} from '../access/roles.ts';
import type {LeaseService} from './lease.service.ts';
import type {OperationService} from './operation.service.ts';
import type {Workspace} from './workspace.entity.ts';
import type {WorkspaceView} from './workspace.schema.ts';
import {viewWorkspace} from './workspace.view.ts';

/** Views of workspaces with what is under way in them and what keeps them up, read for all of them at once. */
export const createWorkspaceViews =
	({operations, leases, roles}: {operations: OperationService; leases: LeaseService; roles: Roles}) =>
	async (actor: Actor, found: readonly Workspace[]): Promise<WorkspaceView[]> => {
		const ids = found.map(({id}) => id);
		const [active, held] = [await operations.activeOf(ids), await leases.ofWorkspaces(ids)];
		const own = await roles.inWorkspaces(actor, ids);
		return found.map(one =>
			viewWorkspace(one, active.get(one.id) ?? null, held.get(one.id) ?? [], actor, own.get(one.id) ?? null),
		);
	};
