import {type Operation, permissions, type Rule, ruleOf} from './permissions.ts';

/** The permission table as `docs/permissions.md`. Write it with `node src/access/permissions-page.ts > docs/permissions.md`. */
export const permissionsPage = (): string => {
	const rows = (Object.keys(permissions) as Operation[]).map(
		operation => `| \`${operation}\` | ${inWords(ruleOf(operation))} |`,
	);
	return [
		'# Permissions',
		'',
		'Made from `src/access/permissions.ts`; a test compares the two. Who has no access to a workspace or team at all is told that it',
		'does not exist; who has too low a role is told which operation is not allowed. In a workspace of a team, its admins and owners are',
		'managers, its members editors and its viewers viewers.',
		'',
		'| operation | who may |',
		'|---|---|',
		...rows,
		'',
	].join('\n');
};

const inWords = (rule: Rule): string => {
	if ('public' in rule) return 'everybody, without signing in';
	if ('platform' in rule) return rule.platform === 'admin' ? 'platform administrators' : 'everybody who is signed in';
	return 'workspace' in rule ? whoMay[rule.workspace] : whoOfTheTeamMay[rule.team];
};

const whoMay = {
	viewer: 'viewers, editors, managers and owners of the workspace; platform administrators',
	editor: 'editors, managers and owners of the workspace; platform administrators',
	manager: 'managers and owners of the workspace; platform administrators',
	owner: 'owners of the workspace; platform administrators where the owner is disabled',
};

const whoOfTheTeamMay = {
	viewer: 'everybody in the team; platform administrators',
	member: 'members, admins and owners of the team; platform administrators',
	admin: 'admins and owners of the team; platform administrators',
	owner: 'owners of the team; platform administrators',
};

if (import.meta.main) process.stdout.write(permissionsPage());
