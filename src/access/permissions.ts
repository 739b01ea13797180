import type {Actor, PlatformRole} from './actor.ts';

/** From the weakest to the strongest; each may do what the ones before it may. */
export const workspaceRoles = ['viewer', 'editor', 'manager', 'owner'] as const;
export type WorkspaceRole = (typeof workspaceRoles)[number];

/** From the weakest to the strongest, too. */
export const teamRoles = ['viewer', 'member', 'admin', 'owner'] as const;
export type TeamRole = (typeof teamRoles)[number];

/** `public`: also without signing in. `platform`: about the service. `workspace`, `team`: about one of them, by the role in it. */
export type Rule = {public: true} | {platform: PlatformRole} | {workspace: WorkspaceRole} | {team: TeamRole};

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
	'workspace.transfer': {workspace: 'owner'},
	'workspace.members.list': {workspace: 'viewer'},
	'workspace.members.write': {workspace: 'manager'},
	'workspace.leave': {workspace: 'viewer'},
	'workspace.tokens.create': {workspace: 'editor'},

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

	'user.me.read': {platform: 'member'},
	'user.me.update': {platform: 'member'},
	'user.list': {platform: 'member'},
	'user.read': {platform: 'admin'},
	'user.update': {platform: 'admin'},
	'token.list': {platform: 'member'},
	'token.create': {platform: 'member'},
	'token.revoke': {platform: 'member'},

	'team.create': {platform: 'member'},
	'team.list': {platform: 'member'},
	'team.read': {team: 'viewer'},
	'team.leave': {team: 'viewer'},
	'team.update': {team: 'admin'},
	'team.delete': {team: 'owner'},
	'team.transfer': {team: 'owner'},
	'team.members.list': {team: 'viewer'},
	'team.members.update': {team: 'admin'},
	'team.members.remove': {team: 'admin'},
	'team.workspaces.create': {team: 'member'},

	'invitation.create': {team: 'admin'},
	'invitation.list': {team: 'admin'},
	'invitation.resend': {team: 'admin'},
	'invitation.revoke': {team: 'admin'},
	'invitation.mine': {platform: 'member'},
	'invitation.answer': {platform: 'member'},

	'quota.own': {platform: 'member'},
	'quota.read': {platform: 'admin'},
	'quota.write': {platform: 'admin'},
	'audit.list': {platform: 'member'},
	'audit.verify': {platform: 'admin'},

	'orphan.list': {platform: 'admin'},
	'orphan.remove': {platform: 'admin'},
} as const satisfies Record<string, Rule>;

export type Operation = keyof typeof permissions;
type About<Subject extends 'workspace' | 'team'> = {
	[Name in Operation]: (typeof permissions)[Name] extends Record<Subject, string> ? Name : never;
}[Operation];
/** Operations that are about one workspace, or one team. */
export type WorkspaceOperation = About<'workspace'>;
export type TeamOperation = About<'team'>;

export const ruleOf = (operation: Operation): Rule => permissions[operation];

/** May this actor, holding this role in the workspace or team that it is about (null: none), do it? */
export const allows = (operation: Operation, actor: Actor, role: WorkspaceRole | TeamRole | null): boolean => {
	const rule = ruleOf(operation);
	if ('public' in rule) return true;
	if (actor.grant && !actor.grant.operations.includes(operation)) return false;
	if ('platform' in rule) return rank(platformRank, actor.platformRole) >= rank(platformRank, rule.platform);
	if ('workspace' in rule) return rank(workspaceRoles, role) >= rank(workspaceRoles, rule.workspace);
	return rank(teamRoles, role) >= rank(teamRoles, rule.team);
};

/** What the actor may do to one workspace: the `allowedOperations` of its view. */
export const allowedOperations = (actor: Actor, role: WorkspaceRole | null): WorkspaceOperation[] =>
	workspaceOperations.filter(operation => allows(operation, actor, role));

/** Those of them that are about one kind of thing in it. */
export const allowedOperationsOn = (
	kind: 'job' | 'execution' | 'operation',
	{actor, workspaceRole}: {actor: Actor; workspaceRole: WorkspaceRole | null},
): WorkspaceOperation[] =>
	workspaceOperations.filter(operation => operation.startsWith(`${kind}.`) && allows(operation, actor, workspaceRole));

/** What the actor may do to one team. */
export const allowedTeamOperations = (actor: Actor, role: TeamRole | null): TeamOperation[] =>
	teamOperations.filter(operation => allows(operation, actor, role));

/** The stronger of two roles of one kind. */
export const strongest = <Role extends string>(
	roles: readonly Role[],
	a: Role | null | undefined,
	b: Role | null | undefined,
): Role | null => (rank(roles, a) >= rank(roles, b) ? a : b) ?? null;

const platformRank: readonly PlatformRole[] = ['member', 'admin'];
const rank = (roles: readonly string[], role: string | null | undefined): number => roles.indexOf(role ?? '');

const isWorkspaceOperation = (operation: Operation): operation is WorkspaceOperation =>
	'workspace' in ruleOf(operation);
const isTeamOperation = (operation: Operation): operation is TeamOperation => 'team' in ruleOf(operation);

/** In the order of the table. */
export const operations = Object.keys(permissions) as Operation[];
export const workspaceOperations: readonly WorkspaceOperation[] = operations.filter(isWorkspaceOperation);
const teamOperations: readonly TeamOperation[] = operations.filter(isTeamOperation);
