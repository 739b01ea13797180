import {defineEntity, p} from '@mikro-orm/core';
import {Team} from '../teams/team.entity.ts';
import {User} from '../users/user.entity.ts';
import type {QuotaLimits} from './quota.ts';

/** What somebody was given instead of what the configuration says. What is used is nowhere written down: it is counted. */
const QuotaSchema = defineEntity({
	name: 'Quota',
	tableName: 'quota',
	properties: {
		id: p.uuid().primary(),
		user: () => p.manyToOne(User).mapToPk().strictNullable().deleteRule('cascade').unique(),
		team: () => p.manyToOne(Team).mapToPk().strictNullable().deleteRule('cascade').unique(),
		limits: p.json<QuotaLimits>(),
		updatedAt: p.datetime(3),
		updatedBy: p.uuid(),
		revision: p.integer().version(),
	},
	checks: [{name: 'quota_subject_check', expression: 'num_nonnulls(user_id, team_id) = 1'}],
});

export class Quota extends QuotaSchema.class {}
QuotaSchema.setClass(Quota);
