import type {QuotaSubject} from '../../src/quotas/quota.ts';
import {createWorkspaceTransactions} from '../../src/workspaces/workspace-transaction.ts';
import type {Installation} from '../helpers/installation.ts';

/** Gives a workspace to a team or back to its owner, as a transfer does. Rejects with QUOTA_EXCEEDED. */
export const moverOf = ({services: {orm, quotas}}: Installation) => {
	const transactions = createWorkspaceTransactions({em: orm.em, events: {publish: async () => {}} as never});
	return (workspaceId: string, team: string | null): Promise<void> =>
		transactions.locked(workspaceId, async ({tx, workspace}) => {
			const to: QuotaSubject = team === null ? {type: 'user', id: workspace.owner} : {type: 'team', id: team};
			await quotas.requireRoomToMove(tx, workspace, to);
			workspace.team = team;
		});
};
