import type {Actor} from '../access/actor.ts';
import type {User} from './user.entity.ts';
import type {MeView, PersonView, UserView} from './user.schema.ts';

const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

/** How people see themselves. Their role is the one that they act with: a token may make an administrator of them. */
export const viewMe = (user: User, {platformRole}: Actor): MeView => ({
	id: user.id,
	name: user.name,
	email: user.email ?? null,
	emailVerified: user.emailVerified,
	platformRole,
	language: user.language ?? null,
	timeZone: user.timeZone ?? null,
	createdAt: user.createdAt.toISOString(),
	revision: user.revision,
});

/** How administrators see people. */
export const viewUser = (user: User): UserView => ({
	id: user.id,
	name: user.name,
	email: user.email ?? null,
	platformRole: user.platformRole,
	disabledAt: iso(user.disabledAt),
	lastSeenAt: iso(user.lastSeenAt),
	createdAt: user.createdAt.toISOString(),
	revision: user.revision,
});

/** How everybody sees people. */
export const viewPerson = ({id, name}: Pick<User, 'id' | 'name'>): PersonView => ({id, name});
