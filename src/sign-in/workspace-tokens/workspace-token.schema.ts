import {z} from 'zod';
import {type Operation, workspaceOperations} from '../../access/permissions.ts';

const DAY_MINUTES = 1440;

/** What is about one workspace, and the lists that show only what belongs to it. */
const grantable: readonly Operation[] = [...workspaceOperations, 'job.list', 'execution.list'];

const operations = z
	.array(z.enum(grantable).meta({description: 'An operation.', example: 'workspace.keepalive'}))
	.min(1)
	.max(grantable.length)
	.meta({description: 'What it is good for, in this workspace.', example: ['workspace.read', 'workspace.keepalive']});

export const CreateWorkspaceToken = z
	.strictObject({
		operations: operations.transform(list => [...new Set(list)]),
		expiresInMinutes: z
			.int()
			.min(1)
			.max(DAY_MINUTES)
			.meta({description: 'How long it is good, a day at most.', example: 60}),
	})
	.meta({
		id: 'CreateWorkspaceToken',
		description: 'A token for a program in a workspace.',
		example: {operations: ['workspace.read', 'workspace.keepalive'], expiresInMinutes: 60},
	});
export type CreateWorkspaceToken = z.infer<typeof CreateWorkspaceToken>;

const example = {
	token: 'wsm_wst_eyJ3b3Jrc3BhY2VJZCI6IjAxOTI2ZjZlIn0.c2lnbmF0dXJl',
	operations: ['workspace.read', 'workspace.keepalive'],
	expiresAt: '2026-05-01T09:00:00.000Z',
};

export const NewWorkspaceToken = z
	.object({
		token: z.string().meta({
			description: 'Goes into the header Authorization, after the word Bearer. It is never shown again.',
			example: example.token,
		}),
		operations: z.array(z.string()).meta({description: 'What it is good for.', example: example.operations}),
		expiresAt: z.iso.datetime().meta({
			description: 'When it ends, unless the workspace is stopped, restarted, rebuilt or deleted before.',
			example: example.expiresAt,
		}),
	})
	.meta({id: 'NewWorkspaceToken', description: 'A token for a program in a workspace.', example});
export type NewWorkspaceTokenView = z.infer<typeof NewWorkspaceToken>;
