import {z} from 'zod';
import {teamRoles} from '../access/permissions.ts';
import {listQuery, Page} from '../http/page.ts';

const userId = '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e';

const Role = z.enum(teamRoles).meta({
	description:
		'viewer sees its workspaces, member works in them and makes some, admin looks after people, owner after all.',
	example: 'member',
});

export const UpdateTeamMember = z.strictObject({role: Role}).meta({
	id: 'UpdateTeamMember',
	description: "Another role; none above the caller's own, and never none for the last owner.",
	example: {role: 'admin'},
});

export const TeamMember = z
	.object({
		userId: z.uuid().meta({description: 'Who it is.', example: userId}),
		name: z.string().meta({description: 'Their name.', example: 'Ada Lovelace'}),
		role: Role,
		joinedAt: z.iso.datetime().meta({description: 'Since when.', example: '2026-05-01T08:00:00.000Z'}),
	})
	.meta({
		id: 'TeamMember',
		description: 'Somebody in a team.',
		example: {userId, name: 'Ada Lovelace', role: 'member', joinedAt: '2026-05-01T08:00:00.000Z'},
	});
export type TeamMemberView = z.infer<typeof TeamMember>;

export const ListTeamMembers = listQuery({
	sort: ['joinedAt', 'role'],
	filters: {role: z.enum(teamRoles).optional().meta({description: 'Only these.', example: 'owner'})},
}).meta({id: 'ListTeamMembers', description: 'Whom to list.', example: {role: 'owner'}});
export type ListTeamMembers = z.infer<typeof ListTeamMembers>;

export const TeamMemberPage = Page(TeamMember).meta({id: 'TeamMemberPage', description: 'A page of members.'});
