import {defineEntity, p} from '@mikro-orm/core';

const TeamSchema = defineEntity({
	name: 'Team',
	tableName: 'team',
	properties: {
		id: p.uuid().primary(),
		name: p.string(),
		description: p.text().default(''),
		avatarUrl: p.text().strictNullable(),
		createdAt: p.datetime(3),
		updatedAt: p.datetime(3).onUpdate(() => new Date()),
		/** The row outlives the team: what happened in it stays readable. */
		deletedAt: p.datetime(3).strictNullable(),
		revision: p.integer().version(),
	},
	uniques: [
		{
			name: 'team_name_unique',
			expression: 'create unique index "team_name_unique" on "team" (lower("name")) where deleted_at is null',
		},
	],
});

export class Team extends TeamSchema.class {}
TeamSchema.setClass(Team);
