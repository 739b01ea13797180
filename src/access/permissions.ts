import type {Actor, PlatformRole} from './actor.ts';

/** From the weakest to the strongest; each may do what the ones before it may. */
export const workspaceRoles = ['viewer', 'editor', 'manager', 'owner'] as const;
export type WorkspaceRole = (typeof workspaceRoles)[number];

/** `public`: also without signing in. `platform`: about the service. `workspace`: about one workspace, by the role in it. */
export type Rule = {public: true} | {platform: PlatformRole} | {workspace: WorkspaceRole};

/** THE table: every operation that a route can name, and who may do it. `docs/permissions.md` is made from it. */
export const permissions = {
	public: {public: true},
	'metrics.read': {platform: 'admin'},

	'image.list': {platform: 'member'},
	'image.read': {platform: 'member'},

	'workspace.create': {platform: 'member'},
	'workspace.list': {platform: 'member'},
	'workspace.read': {workspace: 'viewer'},
	'workspace.logs': {workspace: 'viewer'},
	'workspace.stats': {workspace: 'viewer'},
	'workspace.activity': {workspace: 'viewer'},
	'workspace.events': {workspace: 'viewer'},
	'workspace.explanation': {workspace: 'viewer'},
	'workspace.queue': {workspace: 'viewer'},
	'workspace.start': {workspace: 'editor'},
	'workspace.stop': {workspace: 'editor'},
	'workspace.restart': {workspace: 'editor'},
	'workspace.rebuild': {workspace: 'editor'},
	'workspace.bootstrap': {workspace: 'editor'},
	'workspace.exec': {workspace: 'editor'},
	'workspace.keepalive': {workspace: 'editor'},
	'workspace.update': {workspace: 'manager'},
	'workspace.delete': {workspace: 'owner'},

	'operation.read': {workspace: 'viewer'},
	'operation.cancel': {workspace: 'editor'},

	'secret.list': {workspace: 'editor'},
	'secret.write': {workspace: 'manager'},
	'user.secrets.list': {platform: 'member'},
	'user.secrets.write': {platform: 'member'},

	'job.create': {workspace: 'editor'},
	'job.list': {platform: 'member'},
	'job.read': {workspace: 'viewer'},
	'job.update': {workspace: 'editor'},
	'job.pause': {workspace: 'editor'},
	'job.run': {workspace: 'editor'},
	'job.delete': {workspace: 'editor'},
	'execution.list': {platform: 'member'},
	'execution.read': {workspace: 'viewer'},
	'execution.output': {workspace: 'viewer'},
	'execution.cancel': {workspace: 'editor'},
	'execution.retry': {workspace: 'editor'},

	'orphan.list': {platform: 'admin'},
	'orphan.remove': {platform: 'admin'},
} as const satisfies Record<string, Rule>;

export type Operation = keyof typeof permissions;
/** Operations that are about one workspace. */
export type WorkspaceOperation = {
	[Name in Operation]: (typeof permissions)[Name] extends {workspace: WorkspaceRole} ? Name : never;
}[Operation];

export const ruleOf = (operation: Operation): Rule => permissions[operation];

/**
 * May this actor, holding this role in the workspace (null: none), do it? A platform administrator may do everything, also
 * what only an owner may: workspaces outlive the people who own them.
 */
export const allows = (operation: Operation, actor: Actor, role: WorkspaceRole | null): boolean => {
	const rule = ruleOf(operation);
	if ('public' in rule || actor.platformRole === 'admin') return true;
	if ('platform' in rule) return rule.platform === actor.platformRole;
	return role !== null && workspaceRoles.indexOf(role) >= workspaceRoles.indexOf(rule.workspace);
};

/** What the actor may do to one workspace: the `allowedOperations` of its view. */
export const allowedOperations = (actor: Actor, role: WorkspaceRole | null): WorkspaceOperation[] =>
	workspaceOperations.filter(operation => allows(operation, actor, role));

const isWorkspaceOperation = (operation: Operation): operation is WorkspaceOperation =>
	'workspace' in ruleOf(operation);

/** In the order of the table. */
export const workspaceOperations: readonly WorkspaceOperation[] = (Object.keys(permissions) as Operation[]).filter(
	isWorkspaceOperation,
);
