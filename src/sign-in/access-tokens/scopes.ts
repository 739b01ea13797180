import {type Operation, operations} from '../../access/permissions.ts';

/** What is public needs no token. */
const grantable = operations.filter(operation => operation !== 'public');
const groups = new Set(grantable.map(operation => `${operation.slice(0, operation.indexOf('.'))}.*`));

/** What a token may be good for: everything, all that begins with a word, or single operations. */
export const scopes: readonly string[] = ['*', ...groups, ...grantable];

/** The operations that are meant, also those that later versions add to a group. */
export const operationsOf = (wanted: readonly string[]): Operation[] =>
	grantable.filter(operation => wanted.some(scope => covers(scope, operation)));

const covers = (scope: string, operation: Operation): boolean =>
	scope.endsWith('*') ? operation.startsWith(scope.slice(0, -1)) : scope === operation;
