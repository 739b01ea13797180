import {z} from 'zod';
import {listQuery, Page} from '../http/page.ts';
import {workspaceStatuses} from './workspace-lifecycle.ts';
import {Workspace} from './workspace.schema.ts';

export const ListWorkspaces = listQuery({
	sort: ['-createdAt', 'name', 'status', 'updatedAt'],
	filters: {
		status: z.enum(workspaceStatuses).optional(),
		search: z.string().min(1).max(63).optional(),
		ownerId: z.uuid().optional(),
		image: z.string().min(1).max(63).optional(),
	},
});
export type ListWorkspaces = z.infer<typeof ListWorkspaces>;

export const WorkspacePage = Page(Workspace).meta({id: 'WorkspacePage', description: 'A page of workspaces.'});
