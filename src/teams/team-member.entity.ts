import {defineEntity, p} from '@mikro-orm/core';
import {teamRoles} from '../access/permissions.ts';
import {User} from '../users/user.entity.ts';
import {Team} from './team.entity.ts';

const TeamMemberSchema = defineEntity({
	name: 'TeamMember',
	tableName: 'team_member',
	properties: {
		team: () => p.manyToOne(Team).mapToPk().primary(),
		user: () => p.manyToOne(User).mapToPk().primary().index(),
		role: p.enum([...teamRoles]),
		joinedAt: p.datetime(3),
	},
});

export class TeamMember extends TeamMemberSchema.class {}
TeamMemberSchema.setClass(TeamMember);
