import {z} from 'zod';
import {listQuery, Page} from '../http/page.ts';
import {workspaceMemberRoles} from './workspace-member.entity.ts';

const id = '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e';

const Role = z
	.enum(workspaceMemberRoles)
	.meta({description: 'viewer looks, editor works in it, manager decides about it.', example: 'editor'});

export const AddWorkspaceMember = z
	.strictObject({
		userId: z.uuid().optional().meta({description: 'Who.', example: id}),
		email: z
			.email()
			.max(254)
			.optional()
			.meta({description: 'Or: who has verified this address.', example: 'ada@example.com'}),
		role: Role,
	})
	.refine(input => (input.userId === undefined) !== (input.email === undefined), {
		params: {code: 'ONE_OF_TWO'},
		path: ['userId'],
	})
	.meta({
		id: 'AddWorkspaceMember',
		description: 'Somebody to share a workspace with.',
		example: {email: 'ada@example.com', role: 'editor'},
	});
export type AddWorkspaceMember = z.infer<typeof AddWorkspaceMember>;

export const UpdateWorkspaceMember = z
	.strictObject({role: Role})
	.meta({id: 'UpdateWorkspaceMember', description: 'Another role.', example: {role: 'viewer'}});

export const TransferWorkspace = z
	.strictObject({
		ownerId: z.uuid().optional().meta({description: 'Who shall own it.', example: id}),
		teamId: z
			.uuid()
			.nullable()
			.optional()
			.meta({description: "The team that it shall belong to; null: it shall be its owner's alone.", example: null}),
	})
	.refine(input => Object.keys(input).length > 0, {params: {code: 'NOTHING_TO_CHANGE'}})
	.meta({
		id: 'TransferWorkspace',
		minProperties: 1,
		description: 'Whose a workspace shall be; absent: as it is. The owner of a workspace of a team is in that team.',
		example: {ownerId: id},
	});
export type TransferWorkspace = z.infer<typeof TransferWorkspace>;

export const WorkspaceMember = z
	.object({
		userId: z.uuid().meta({description: 'Who it is.', example: id}),
		name: z.string().meta({description: 'Their name.', example: 'Ada Lovelace'}),
		role: Role,
		addedBy: z.uuid().meta({description: 'Who shared it with them.', example: '00000000-0000-7000-8000-000000000001'}),
		createdAt: z.iso.datetime().meta({description: 'Since when.', example: '2026-05-01T08:00:00.000Z'}),
	})
	.meta({
		id: 'WorkspaceMember',
		description: 'Somebody whom a workspace is shared with. Its owner, and who sees it by a team, is not among them.',
		example: {
			userId: id,
			name: 'Ada Lovelace',
			role: 'editor',
			addedBy: '00000000-0000-7000-8000-000000000001',
			createdAt: '2026-05-01T08:00:00.000Z',
		},
	});
export type WorkspaceMemberView = z.infer<typeof WorkspaceMember>;

export const ListWorkspaceMembers = listQuery({sort: ['createdAt', 'role'], filters: {}}).meta({
	id: 'ListWorkspaceMembers',
	description: 'Whom to list.',
	example: {pageSize: 50},
});
export type ListWorkspaceMembers = z.infer<typeof ListWorkspaceMembers>;

export const WorkspaceMemberPage = Page(WorkspaceMember).meta({
	id: 'WorkspaceMemberPage',
	description: 'A page of those whom a workspace is shared with.',
});
