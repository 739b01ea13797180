import {defineEntity, p} from '@mikro-orm/core';
import {platformRoles} from '../access/actor.ts';

const UserSchema = defineEntity({
	name: 'User',
	tableName: 'user',
	properties: {
		id: p.uuid().primary(),
		name: p.string(),
		platformRole: p.enum([...platformRoles]).default('member'),
		createdAt: p.datetime(3).onCreate(() => new Date()),
	},
});

export class User extends UserSchema.class {}
UserSchema.setClass(User);
