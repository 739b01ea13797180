import {accepted} from '../http/accepted.ts';
import type {RouteContext} from '../http/context.ts';
import {translate} from '../i18n/translate.ts';
import type {Command} from './workspace-lifecycle.ts';
import type {CommandResult} from './workspace.service.ts';

/** Says what came of a command: a new operation, the one that is under way already, or that there is nothing to do. */
export const answerCommand = (
	ctx: RouteContext,
	command: Command,
	{workspace, operation, joined}: CommandResult,
): void => {
	const {language} = ctx.state;
	const text = operation === null ? 'nothingToDo' : joined ? 'joined' : 'accepted';
	accepted(ctx, {
		operationId: operation?.id ?? null,
		workspaceId: workspace.id,
		status: operation?.status ?? workspace.status,
		message: translate(language, `messages.${text}`, {command: translate(language, `operations.kinds.${command}`)}),
		nothingToDo: operation === null,
	});
};
