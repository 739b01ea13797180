import type {AppContext} from './context.ts';
import {apiPrefix} from './router.ts';

/** The answer to a command. `operationId` is null when there was nothing to do, and no operation that could be shown instead. */
export interface CommandAnswer {
	operationId: string | null;
	workspaceId: string;
	status: string;
	message: string;
	nothingToDo: boolean;
}

/** Answers 202 with the place where the operation can be followed; 200 when the command needed no work. */
export const accepted = (ctx: AppContext, answer: CommandAnswer): void => {
	const {operationId, workspaceId, status, message} = answer;
	ctx.status = answer.nothingToDo ? 200 : 202;
	if (operationId !== null) ctx.set('Location', `${apiPrefix}/operations/${operationId}`);
	ctx.body = {operationId, workspaceId, status, message};
};
