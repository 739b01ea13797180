import type {Language} from '../i18n/translate.ts';
import type {Actor} from './actor.ts';
import type {WorkspaceRole} from './permissions.ts';
import type {Roles} from './roles.ts';

/** Whom something of a workspace is shown to. The state of a request about one workspace is such a reader. */
export interface Reader {
	actor: Actor;
	language: Language;
	/** Theirs in that workspace; null: none. */
	workspaceRole: WorkspaceRole | null;
}

/** For things of several workspaces, whose roles are read at once: answers the reader that each is shown to. */
export const readersOf = async (
	roles: Roles,
	{actor, language}: Omit<Reader, 'workspaceRole'>,
	found: readonly {workspace: string}[],
): Promise<(one: {workspace: string}) => Reader> => {
	const own = await roles.inWorkspaces(actor, [...new Set(found.map(({workspace}) => workspace))]);
	return ({workspace}) => ({actor, language, workspaceRole: own.get(workspace) ?? null});
};
