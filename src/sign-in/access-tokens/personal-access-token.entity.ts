import {defineEntity, p} from '@mikro-orm/core';
import {User} from '../../users/user.entity.ts';

/** A token by which programs act for a person. The token itself is nowhere: only its hash is. */
const PersonalAccessTokenSchema = defineEntity({
	name: 'PersonalAccessToken',
	tableName: 'personal_access_token',
	properties: {
		/** Grows with time: whatever was made with a token comes after it. */
		id: p.uuid().primary(),
		user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(),
		name: p.string(),
		hash: p.string().unique(),
		scopes: p.json<string[]>(),
		/** The token that it was made with; null: a person made it. */
		madeWith: p.uuid().strictNullable(),
		createdAt: p.datetime(3),
		expiresAt: p.datetime(3),
		/** To the minute, about. */
		lastUsedAt: p.datetime(3).strictNullable(),
	},
});

export class PersonalAccessToken extends PersonalAccessTokenSchema.class {}
PersonalAccessTokenSchema.setClass(PersonalAccessToken);
