import {type Operation, permissions, type Rule, ruleOf} from './permissions.ts';

/** The permission table as `docs/permissions.md`. Write it with `node src/access/permissions-page.ts > docs/permissions.md`. */
export const permissionsPage = (): string => {
	const rows = (Object.keys(permissions) as Operation[]).map(
		operation => `| \`${operation}\` | ${inWords(ruleOf(operation))} |`,
	);
	return [
		'# Permissions',
		'',
		'Made from `src/access/permissions.ts`; a test compares the two. Who has no access to a workspace at all is told that it',
		'does not exist; who has too low a role is told which operation is not allowed.',
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
	return whoMay[rule.workspace];
};

const whoMay = {
	viewer: 'viewers, editors, managers and owners of the workspace; platform administrators',
	editor: 'editors, managers and owners of the workspace; platform administrators',
	manager: 'managers and owners of the workspace; platform administrators',
	owner: 'owners of the workspace; platform administrators',
};

if (import.meta.main) process.stdout.write(permissionsPage());
