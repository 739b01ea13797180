import {z} from 'zod';
import {platformRoles} from '../access/actor.ts';
import {TimeZone} from '../automation/schedule/trigger.schema.ts';
import {listQuery, Page} from '../http/page.ts';
import {patchOf} from '../http/validation/patch-of.ts';
import {languages} from '../i18n/translate.ts';

const DateTime = z.iso.datetime();
const userId = '01926f6e-7c1e-7d5a-b9e1-6a8f0a3c1d2e';

/** A name that people read: one line, and nothing that a terminal or a mail would act on. */
export const DisplayName = z
	.string()
	.trim()
	.min(1)
	.max(100)
	.regex(/^\P{C}*$/u)
	.meta({description: 'For people: one line of at most 100 characters.', example: 'Ada Lovelace'});

const Language = z.enum(languages).nullable().meta({
	description: 'For answers to requests without Accept-Language, and for mail; null: English.',
	example: 'zh-TW',
});

const OwnTimeZone = TimeZone.nullable().meta({
	description: 'Where they are; a name of IANA. Null: not said.',
	example: 'Asia/Taipei',
});

export const UpdateMe = patchOf({name: DisplayName, language: Language, timeZone: OwnTimeZone}).meta({
	id: 'UpdateMe',
	description: 'What to change of oneself; absent: leave it, null: clear it.',
	example: {language: 'zh-TW', timeZone: 'Asia/Taipei'},
});
export type UpdateMe = z.infer<typeof UpdateMe>;

export const UpdateUser = patchOf({
	platformRole: z.enum(platformRoles).meta({description: 'What they are to the service.', example: 'admin'}),
	disabled: z.boolean().meta({description: 'true: they can do nothing any more.', example: true}),
}).meta({id: 'UpdateUser', description: 'What an administrator may change of somebody.', example: {disabled: true}});
export type UpdateUser = z.infer<typeof UpdateUser>;

const common = {
	id: z.uuid().meta({description: 'Stays the same for ever.', example: userId}),
	name: z.string().meta({description: 'For people.', example: 'Ada Lovelace'}),
};
const email = z.string().nullable().meta({description: 'As their provider says it.', example: 'ada@example.com'});
const platformRole = z.enum(platformRoles).meta({description: 'What they are to the service.', example: 'member'});

export const Me = z
	.object({
		...common,
		email,
		emailVerified: z.boolean().meta({description: 'The provider has verified the address.', example: true}),
		platformRole,
		language: Language,
		timeZone: OwnTimeZone,
		createdAt: DateTime.meta({description: 'When they first signed in.', example: '2026-05-01T08:00:00.000Z'}),
		revision: z.int().meta({description: 'Also served as ETag.', example: 3}),
	})
	.meta({
		id: 'Me',
		description: 'Who the caller is.',
		example: {
			id: userId,
			name: 'Ada Lovelace',
			email: 'ada@example.com',
			emailVerified: true,
			platformRole: 'member',
			language: 'zh-TW',
			timeZone: 'Asia/Taipei',
			createdAt: '2026-05-01T08:00:00.000Z',
			revision: 3,
		},
	});
export type MeView = z.infer<typeof Me>;

export const User = z
	.object({
		...common,
		email,
		platformRole,
		disabledAt: DateTime.nullable().meta({
			description: 'Since when they are disabled; null: they are not.',
			example: null,
		}),
		lastSeenAt: DateTime.nullable().meta({description: 'When they last asked for anything.', example: null}),
		createdAt: DateTime.meta({description: 'When they first signed in.', example: '2026-05-01T08:00:00.000Z'}),
		revision: z.int().meta({description: 'Also served as ETag.', example: 3}),
	})
	.meta({
		id: 'User',
		description: 'Somebody, as administrators see them.',
		example: {
			id: userId,
			name: 'Ada Lovelace',
			email: 'ada@example.com',
			platformRole: 'member',
			disabledAt: null,
			lastSeenAt: '2026-05-01T08:00:00.000Z',
			createdAt: '2026-05-01T08:00:00.000Z',
			revision: 3,
		},
	});
export type UserView = z.infer<typeof User>;

/** Somebody, as everybody sees them. */
export const Person = z
	.object(common)
	.meta({id: 'Person', description: 'Somebody, by name.', example: {id: userId, name: 'Ada Lovelace'}});
export type PersonView = z.infer<typeof Person>;

export const ListUsers = listQuery({
	sort: ['name', '-createdAt', '-lastSeenAt'],
	filters: {
		query: z.string().trim().min(1).max(100).optional().meta({
			description: 'Part of the name; for administrators of the e-mail address, too. All others have to give it.',
			example: 'ada',
		}),
		platformRole: z
			.enum(platformRoles)
			.optional()
			.meta({description: 'Only these. For administrators.', example: 'admin'}),
		disabled: z
			.enum(['true', 'false'])
			.optional()
			.meta({description: 'Only those who are, or are not. For administrators.', example: 'true'}),
	},
}).meta({id: 'ListUsers', description: 'Whom to list.', example: {query: 'ada'}});
export type ListUsers = z.infer<typeof ListUsers>;

export const UserPage = Page(
	z.union([User, Person]).meta({description: 'A User for administrators, a Person for others.'}),
).meta({
	id: 'UserPage',
	description: 'A page of people: each a User for administrators, and a Person for everybody else.',
	example: {items: [{id: userId, name: 'Ada Lovelace'}], pagination: {page: 1, pageSize: 20, total: 1}},
});
