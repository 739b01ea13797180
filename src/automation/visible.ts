import type {Actor} from '../access/actor.ts';

/** The condition on what belongs to a workspace: that its reader may see the workspace. */
export const ofVisibleWorkspaces = (actor: Actor): object =>
	actor.platformRole === 'admin' ? {} : {workspace: {owner: actor.id}};
