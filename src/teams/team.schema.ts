import {z} from 'zod';
import {teamRoles} from '../access/permissions.ts';
import {listQuery, Page} from '../http/page.ts';
import {patchOf} from '../http/validation/patch-of.ts';
import {DisplayName} from '../users/user.schema.ts';

const DateTime = z.iso.datetime();
const teamId = '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e';

const Name = DisplayName.meta({
	description: 'Unique, whatever the case of its letters: one line of at most 100 characters.',
	example: 'Payments',
});

const Description = z.string().max(2000).meta({description: 'For people.', example: 'Everything about payments'});

const AvatarUrl = z
	.url({protocol: /^https$/})
	.max(2048)
	.nullable()
	.meta({description: 'A picture, by https; null: none.', example: null});

export const CreateTeam = z
	.strictObject({name: Name, description: Description.default(''), avatarUrl: AvatarUrl.default(null)})
	.meta({id: 'CreateTeam', description: 'A team to make. Who makes it is its owner.', example: {name: 'Payments'}});
export type CreateTeam = z.infer<typeof CreateTeam>;

export const UpdateTeam = patchOf(CreateTeam.shape).meta({
	id: 'UpdateTeam',
	description: 'What to change; absent: leave it, null: clear it.',
	example: {description: 'Everything about payments'},
});
export type UpdateTeam = z.infer<typeof UpdateTeam>;

export const TransferOwnership = z
	.strictObject({userId: z.uuid().meta({description: 'A member of the team.', example: teamId})})
	.meta({id: 'TransferOwnership', description: 'Who shall own it instead of the caller.', example: {userId: teamId}});

export const Team = z
	.object({
		id: z.uuid().meta({description: 'UUIDv7.', example: teamId}),
		name: z.string().meta({description: 'Unique.', example: 'Payments'}),
		description: z.string().meta({description: 'For people.', example: 'Everything about payments'}),
		avatarUrl: z.string().nullable().meta({description: 'A picture; null: none.', example: null}),
		memberCount: z.int().meta({description: 'How many people are in it.', example: 7}),
		role: z
			.enum(teamRoles)
			.nullable()
			.meta({description: "The caller's role; administrators of the service count as owners.", example: 'admin'}),
		createdAt: DateTime.meta({description: 'When it was made.', example: '2026-05-01T08:00:00.000Z'}),
		updatedAt: DateTime.meta({
			description: 'When it, or who is in it, was last changed.',
			example: '2026-05-01T08:00:00.000Z',
		}),
		revision: z.int().meta({
			description: 'Also served as ETag. Counts changes of its members, too: their routes honour it in If-Match.',
			example: 3,
		}),
		allowedOperations: z
			.array(z.string())
			.meta({description: 'What the caller may do with it.', example: ['team.read', 'team.leave']}),
	})
	.meta({
		id: 'Team',
		description: 'People who share workspaces.',
		example: {
			id: teamId,
			name: 'Payments',
			description: 'Everything about payments',
			avatarUrl: null,
			memberCount: 7,
			role: 'viewer',
			createdAt: '2026-05-01T08:00:00.000Z',
			updatedAt: '2026-05-01T08:00:00.000Z',
			revision: 3,
			allowedOperations: ['team.read', 'team.leave', 'team.members.list'],
		},
	});
export type TeamView = z.infer<typeof Team>;

export const ListTeams = listQuery({
	sort: ['name', '-createdAt'],
	filters: {
		search: z.string().trim().min(1).max(100).optional().meta({description: 'Part of the name.', example: 'pay'}),
	},
}).meta({id: 'ListTeams', description: 'What to list.', example: {search: 'pay'}});
export type ListTeams = z.infer<typeof ListTeams>;

export const TeamPage = Page(Team).meta({id: 'TeamPage', description: 'A page of teams.'});
