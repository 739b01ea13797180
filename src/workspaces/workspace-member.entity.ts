import {defineEntity, p} from '@mikro-orm/core';
import {User} from '../users/user.entity.ts';
import {Workspace} from './workspace.entity.ts';

/** What a member may be: the owner is a column of the workspace. */
export const workspaceMemberRoles = ['viewer', 'editor', 'manager'] as const;

/** Somebody whom a workspace is shared with. */
const WorkspaceMemberSchema = defineEntity({
	name: 'WorkspaceMember',
	tableName: 'workspace_member',
	properties: {
		workspace: () => p.manyToOne(Workspace).mapToPk().primary(),
		user: () => p.manyToOne(User).mapToPk().primary().index(),
		role: p.enum([...workspaceMemberRoles]),
		addedBy: p.uuid(),
		createdAt: p.datetime(3),
	},
});

export class WorkspaceMember extends WorkspaceMemberSchema.class {}
WorkspaceMemberSchema.setClass(WorkspaceMember);
