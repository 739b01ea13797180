import {z} from 'zod';
import {listQuery, Page} from '../http/page.ts';
import {workspaceStatuses} from './workspace-lifecycle.ts';
import {Workspace} from './workspace.schema.ts';

export const ListWorkspaces = listQuery({
	sort: ['-createdAt', 'name', 'status', 'updatedAt'],
	filters: {
		status: z.enum(workspaceStatuses).optional().meta({description: 'Only these.', example: 'running'}),
		search: z.string().min(1).max(63).optional().meta({description: 'Part of the name.', example: 'pay'}),
		ownerId: z.uuid().optional().meta({description: 'Only theirs.', example: '00000000-0000-7000-8000-000000000001'}),
		teamId: z
			.uuid()
			.optional()
			.meta({description: 'Only of this team.', example: '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e'}),
		image: z.string().min(1).max(63).optional().meta({description: 'Only with this image.', example: 'default'}),
	},
}).meta({id: 'ListWorkspaces', description: 'What to list.', example: {status: 'running', pageSize: 50}});
export type ListWorkspaces = z.infer<typeof ListWorkspaces>;

export const WorkspacePage = Page(Workspace).meta({id: 'WorkspacePage', description: 'A page of workspaces.'});
