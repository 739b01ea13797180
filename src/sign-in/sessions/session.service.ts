import {createHash, createHmac, randomBytes, timingSafeEqual} from 'node:crypto';
import {type EntityManager, raw} from '@mikro-orm/postgresql';
import type {Redis} from 'ioredis';
import type {Actor} from '../../access/actor.ts';
import {AppError} from '../../errors.ts';
import {deriveKey} from '../../secrets/derive-key.ts';
import {User} from '../../users/user.entity.ts';

const IDLE_MS = 30 * 60_000;
const ABSOLUTE_MS = 12 * 60 * 60_000;

/** What Redis keeps, under the hash of the session's id: who can read Redis cannot sign in. */
interface Kept {
	userId: string;
	/** The user's `sessionGeneration` when it began. */
	generation: number;
	/** Unix time in milliseconds. */
	endsAt: number;
	/** Keycloak said so when it began, and is not asked again while it lasts. */
	isAdministrator: boolean;
	/** For signing out of Keycloak without being asked again. */
	idToken: string;
}

/** Somebody who is signed in with a browser. */
export interface Session {
	actor: Actor;
	email: string | null;
	idToken: string;
	/** When it ends unless it is used before. */
	expiresAt: Date;
	/** When it ends however much it is used. */
	endsAt: Date;
}

export interface SessionServiceDependencies {
	em: EntityManager;
	redis: Redis;
	secretKey: string;
	idleMs?: number;
	absoluteMs?: number;
	/** The time, as Unix time in milliseconds. */
	now?: () => number;
}

export type SessionService = ReturnType<typeof createSessionService>;

/**
 * Browser sessions: an opaque id of 256 bits, known to the browser alone. They are in Redis, so an empty Redis means signing in again; whose they
 * are and whether they still count is asked of PostgreSQL at every use, so no old copy of Redis brings back what was ended everywhere.
 */
export const createSessionService = (dependencies: SessionServiceDependencies) => {
	const {em, redis, secretKey, idleMs = IDLE_MS, absoluteMs = ABSOLUTE_MS, now = Date.now} = dependencies;
	const csrfKey = deriveKey(secretKey, 'csrf tokens', 32);

	const csrfToken = (id: string): string => createHmac('sha256', csrfKey).update(id).digest('base64url');

	const end = async (id: string): Promise<void> => {
		await ask(redis.del(keyOf(id)));
	};

	return {
		/** Begins one and answers its id, which is always a new one. Rejects with USER_DISABLED, SESSIONS_UNAVAILABLE. */
		async start(userId: string, facts: Pick<Kept, 'isAdministrator' | 'idToken'>): Promise<string> {
			const user = await em.fork().findOneOrFail(User, userId);
			if (user.disabledAt) throw new AppError('USER_DISABLED');
			const id = randomBytes(32).toString('base64url');
			const kept: Kept = {...facts, userId, generation: user.sessionGeneration, endsAt: now() + absoluteMs};
			await ask(redis.set(keyOf(id), JSON.stringify(kept), 'PX', Math.min(idleMs, absoluteMs)));
			return id;
		},

		/** The session with that id, which counts as a use of it; null: none, or over. Rejects with USER_DISABLED, SESSIONS_UNAVAILABLE. */
		async find(id: string): Promise<Session | null> {
			const text = await ask(redis.getex(keyOf(id), 'PX', idleMs));
			if (text === null) return null;
			const {userId, generation, endsAt, isAdministrator, idToken} = JSON.parse(text) as Kept;
			const user = await em.fork().findOne(User, userId);
			const counts = user !== null && user.sessionGeneration === generation && now() < endsAt;
			if (!counts || user.disabledAt) await end(id);
			if (!counts) return null;
			if (user.disabledAt) throw new AppError('USER_DISABLED');
			const expiresAt = new Date(Math.min(now() + idleMs, endsAt));
			const platformRole = isAdministrator ? 'admin' : user.platformRole;
			const actor: Actor = {id: user.id, name: user.name, platformRole, language: user.language ?? null, grant: null};
			return {actor, email: user.email ?? null, idToken, expiresAt, endsAt: new Date(endsAt)};
		},

		/** Ends one; there may be none. Rejects with SESSIONS_UNAVAILABLE. */
		end,

		/** Ends all that the person has, also those that begin in this moment. Needs no Redis. */
		async endAll(userId: string): Promise<void> {
			await em.fork().nativeUpdate(User, {id: userId}, {sessionGeneration: raw('session_generation + 1')});
		},

		/** What a page must send along with changes in that session. */
		csrfToken,

		isCsrfToken(id: string, token: string): boolean {
			const [wanted, given] = [Buffer.from(csrfToken(id)), Buffer.from(token)];
			return wanted.length === given.length && timingSafeEqual(wanted, given);
		},
	};
};

const keyOf = (id: string): string => `session:${createHash('sha256').update(id).digest('hex')}`;

const ask = <T>(answer: Promise<T>): Promise<T> =>
	answer.catch((cause: unknown) => {
		throw new AppError('SESSIONS_UNAVAILABLE', {}, {cause});
	});
