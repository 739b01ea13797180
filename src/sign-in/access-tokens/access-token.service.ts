import {type EntityManager, LockMode} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import type {Actor, PlatformRole} from '../../access/actor.ts';
import {AppError} from '../../errors.ts';
import type {Language} from '../../i18n/translate.ts';
import {inTransaction} from '../../transaction.ts';
import {User} from '../../users/user.entity.ts';
import {hashOf, isAccessToken, makeAccessToken} from './access-token.ts';
import type {CreateAccessToken} from './access-token.schema.ts';
import {PersonalAccessToken} from './personal-access-token.entity.ts';
import {operationsOf} from './scopes.ts';

export type AccessTokenService = ReturnType<typeof createAccessTokenService>;

const MOST = 50;

/** Tokens by which programs act for a person, for as much of what that person may as the token says. */
export const createAccessTokenService = ({em}: {em: EntityManager}) => {
	/** Whoever changes somebody's tokens holds the lock on that row: so they can be counted, and none is made with one that is being revoked. */
	const locked = <T>(
		userId: string,
		work: (tx: EntityManager, tokens: PersonalAccessToken[]) => Promise<T> | T,
	): Promise<T> =>
		inTransaction(em, async tx => {
			await tx.findOneOrFail(User, userId, {lockMode: LockMode.PESSIMISTIC_WRITE});
			return work(tx, await tx.find(PersonalAccessToken, {user: userId}, {orderBy: {id: 'asc'}}));
		});

	return {
		/** All that the person has, the newest first; also those that have expired. */
		list: (userId: string): Promise<PersonalAccessToken[]> =>
			em.find(PersonalAccessToken, {user: userId}, {orderBy: {id: 'desc'}}),

		/**
		 * Makes a token for the actor's person. Fifty for each; those that have expired make room, the oldest first. Rejects with
		 * TOKEN_EXCEEDS_CREDENTIAL when the actor's own credential is good for less or not as long, and with TOKEN_LIMIT_REACHED{limit}.
		 */
		async create(
			actor: Actor,
			{name, scopes, expiresAt}: CreateAccessToken,
		): Promise<{token: string; row: PersonalAccessToken}> {
			requireWithinGrant(actor, {scopes, expiresAt});
			const {tokenId = null} = actor.grant ?? {};
			const token = makeAccessToken();
			const row = await locked(actor.id, (tx, tokens) => {
				if (tokenId && !tokens.some(({id}) => id === tokenId)) throw new AppError('TOKEN_INVALID');
				if (tokens.length >= MOST) tx.remove(longestExpired(tokens));
				const made = tx.create(PersonalAccessToken, {
					id: uuid(),
					user: actor.id,
					name,
					hash: hashOf(token),
					scopes,
					madeWith: tokenId,
					createdAt: new Date(),
					expiresAt,
					lastUsedAt: null,
				});
				tx.persist(made);
				return made;
			});
			return {token, row};
		},

		/** The token, and whatever was made with it, is good for nothing from now on. Rejects with TOKEN_NOT_FOUND. */
		revoke: (userId: string, id: string): Promise<void> =>
			locked(userId, (tx, tokens) => {
				if (!tokens.some(token => token.id === id)) throw new AppError('TOKEN_NOT_FOUND');
				const revoked = new Set([id]);
				for (const token of tokens) if (token.madeWith && revoked.has(token.madeWith)) revoked.add(token.id);
				for (const token of tokens) if (revoked.has(token.id)) tx.remove(token);
			}),

		/** Whose token it is, and what it is good for. Rejects with TOKEN_INVALID, TOKEN_EXPIRED, USER_DISABLED. */
		async authenticate(token: string): Promise<Actor> {
			if (!isAccessToken(token)) throw new AppError('TOKEN_INVALID');
			const [found] = await em.execute<Found[]>(find, [hashOf(token)]);
			if (!found) throw new AppError('TOKEN_INVALID');
			if (found.isExpired) throw new AppError('TOKEN_EXPIRED');
			if (found.isDisabled) throw new AppError('USER_DISABLED');
			if (!found.isFresh) await em.execute(use, [found.tokenId]);
			const {id, name, platformRole, language, tokenId} = found;
			const expiresAt = new Date(found.expiresAtMs);
			return {
				id,
				name,
				platformRole,
				language,
				grant: {operations: operationsOf(found.scopes), workspaceId: null, expiresAt, tokenId},
			};
		},
	};
};

interface Found {
	id: string;
	name: string;
	platformRole: PlatformRole;
	language: Language | null;
	isDisabled: boolean;
	tokenId: string;
	scopes: string[];
	expiresAtMs: number;
	isExpired: boolean;
	isFresh: boolean;
}

// Asked with each request, of the database alone: what was revoked or disabled is so at once.
const find = `
	select u.id, u.name, u.platform_role as "platformRole", u.language, u.disabled_at is not null as "isDisabled",
		t.id as "tokenId", t.scopes, (extract(epoch from t.expires_at) * 1000)::float8 as "expiresAtMs",
		t.expires_at <= now() as "isExpired", coalesce(t.last_used_at > now() - interval '1 minute', false) as "isFresh"
	from personal_access_token t join "user" u on u.id = t.user_id where t.hash = ?`;
const use = `
	update personal_access_token set last_used_at = now()
	where id = ? and (last_used_at is null or last_used_at <= now() - interval '1 minute')`;

const requireWithinGrant = (
	{grant}: Actor,
	{scopes, expiresAt}: Pick<CreateAccessToken, 'scopes' | 'expiresAt'>,
): void => {
	if (!grant) return;
	// It would be good for other workspaces, too.
	if (grant.workspaceId !== null) throw new AppError('PERMISSION_DENIED', {operation: 'token.create'});
	if (operationsOf(scopes).some(operation => !grant.operations.includes(operation))) throw exceeds('scopes');
	if (grant.expiresAt && expiresAt > grant.expiresAt) throw exceeds('expiresAt');
};

const exceeds = (path: string): AppError =>
	new AppError('TOKEN_EXCEEDS_CREDENTIAL', {}, {fields: [{path, code: 'TOKEN_EXCEEDS_CREDENTIAL'}]});

const longestExpired = (tokens: readonly PersonalAccessToken[]): PersonalAccessToken => {
	const [first] = tokens.toSorted((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime());
	if (!first || first.expiresAt.getTime() > Date.now()) throw new AppError('TOKEN_LIMIT_REACHED', {limit: MOST});
	return first;
};
