import {defineEntity, p} from '@mikro-orm/core';
import {platformRoles} from '../access/actor.ts';
import type {Profile} from '../sign-in/access-token.ts';
import {languages} from '../i18n/translate.ts';

const UserSchema = defineEntity({
	name: 'User',
	tableName: 'user',
	properties: {
		id: p.uuid().primary(),
		/** Who says who this is, and under which name there; null: nobody, for the local administrator. Never the e-mail address: it changes hands. */
		issuer: p.text().nullable(),
		subject: p.string().nullable(),
		name: p.string(),
		email: p.string().nullable(),
		/** Only an address that its provider has verified counts for anything. */
		emailVerified: p.boolean().default(false),
		/** What their provider said last: name and address follow what changes there, and a name that was chosen here stays. */
		profile: p.json().$type<Profile>().nullable(),
		platformRole: p.enum([...platformRoles]).default('member'),
		language: p.enum([...languages]).nullable(),
		timeZone: p.string().nullable(),
		/** Browser sessions count while they were begun in this one; counted up, all of them are over. */
		sessionGeneration: p.integer().default(0),
		disabledAt: p.datetime(3).nullable(),
		lastSeenAt: p.datetime(3).nullable(),
		createdAt: p.datetime(3).onCreate(() => new Date()),
		revision: p.integer().version(),
	},
	uniques: [{properties: ['issuer', 'subject'], name: 'user_issuer_subject_unique'}],
});

export class User extends UserSchema.class {}
UserSchema.setClass(User);
