import type {EntityManager} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import type {Actor} from '../access/actor.ts';
import {AppError} from '../errors.ts';
import {User} from '../users/user.entity.ts';
import type {Identity, Profile} from './access-token.ts';

/** How exactly `lastSeenAt` is kept: a request that only reads shall seldom be one that writes. */
const lastSeenMs = 300_000;

export type KnownUsers = ReturnType<typeof createKnownUsers>;

/** The people who sign in through an identity provider. They are known by their subject there, and by nothing else: an e-mail address changes hands. */
export const createKnownUsers = ({em}: {em: EntityManager}) => ({
	/**
	 * The person behind an identity; at first sight their row is made, once, however many requests come first. The realm role `admin` makes an
	 * administrator of whoever has it, for as long as their tokens say so; for everybody else the role is what the database says.
	 * Rejects with USER_DISABLED, from the very next request on.
	 */
	async bySubject({issuer, subject, profile, isAdministrator}: Identity): Promise<Actor> {
		const own = em.fork();
		const user = (await own.findOne(User, {issuer, subject})) ?? (await make(own, {issuer, subject, profile}));
		if (user.disabledAt) throw new AppError('USER_DISABLED');
		const {id, name} = await follow(own, user, profile);
		await see(own, user);
		const platformRole = isAdministrator ? 'admin' : user.platformRole;
		return {id, name, platformRole, language: user.language ?? null, grant: null};
	},
});

const make = async (
	own: EntityManager,
	{issuer, subject, profile}: Omit<Identity, 'isAdministrator'>,
): Promise<User> => {
	const {name, email, emailVerified} = profile;
	const now = new Date();
	const row = {id: uuid(), issuer, subject, name, email, emailVerified, profile, createdAt: now, lastSeenAt: now};
	await own.upsert(User, row, {onConflictFields: ['issuer', 'subject'], onConflictAction: 'ignore'});
	const user = await own.findOneOrFail(User, {issuer, subject});
	await takeAddress(own, user, profile);
	return user;
};

/** Stores what the provider says differently than before. Who chose a name of their own here keeps it until theirs changes there. */
const follow = async (own: EntityManager, user: User, profile: Profile): Promise<Pick<User, 'id' | 'name'>> => {
	const changes = changesSince(user.profile, profile);
	if (Object.keys(changes).length === 0) return user;
	const isNewer = {$or: [{profile: null}, {profile: {issuedAt: {$lt: profile.issuedAt}}}]};
	const changed = await own.nativeUpdate(User, {id: user.id, ...isNewer}, {...changes, profile});
	if (changed === 0) return user;
	await takeAddress(own, user, profile);
	return {id: user.id, name: changes.name ?? user.name};
};

/** A verified address is one person's: whoever had it before, and does not come by to say otherwise, has it no longer. */
const takeAddress = async (
	own: EntityManager,
	{id, issuer}: User,
	{email, emailVerified, issuedAt}: Profile,
): Promise<void> => {
	if (!email || !emailVerified) return;
	await own.execute(
		`update "user" set email_verified = false, profile = profile || ?::jsonb, revision = revision + 1
		where issuer = ? and lower(email) = lower(?) and email_verified and id <> ? and (profile->>'issuedAt')::numeric < ?`,
		[JSON.stringify({emailVerified: false, issuedAt}), issuer, email, id, issuedAt],
	);
};

/** Tokens live side by side for a while: an older one that comes later says nothing new. */
const changesSince = (known: Profile | null | undefined, said: Profile): Partial<Omit<Profile, 'issuedAt'>> => {
	if (known && known.issuedAt >= said.issuedAt) return {};
	return {
		...(known?.name === said.name ? {} : {name: said.name}),
		...(known?.email === said.email ? {} : {email: said.email}),
		...(known?.emailVerified === said.emailVerified ? {} : {emailVerified: said.emailVerified}),
	};
};

const see = async (own: EntityManager, {id, lastSeenAt}: User): Promise<void> => {
	const now = new Date();
	if (lastSeenAt && now.getTime() - lastSeenAt.getTime() < lastSeenMs) return;
	// Past the ORM: it is no change that the row's revision tells of.
	await own.execute('update "user" set last_seen_at = ? where id = ?', [now, id]);
};
