import type {AppContext} from './context.ts';
import {apiPrefix} from './router.ts';

/** The answer to a command. `operationId` is null when there was nothing to do. */
export interface CommandAnswer {
	operationId: string | null;
	workspaceId: string;
	status: string;
	message: string;
}

/** Answers 202 with the place where the operation can be followed; 200 when the command needed no work. */
export const accepted = (ctx: AppContext, {operationId, workspaceId, status, message}: CommandAnswer): void => {
	ctx.status = operationId === null ? 200 : 202;
	if (operationId !== null) ctx.set('Location', `${apiPrefix}/operations/${operationId}`);
	ctx.body = {operationId, workspaceId, status, message};
};
