import {type EntityManager, LockMode} from '@mikro-orm/postgresql';
import {v7 as uuid} from 'uuid';
import type {Actor} from '../access/actor.ts';
import {AppError} from '../errors.ts';
import {requireRevision} from '../http/revision.ts';
import {User} from '../users/user.entity.ts';
import type {WorkspaceService} from '../workspaces/workspace.service.ts';
import type {WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import type {SecretCipher} from './secret-cipher.ts';
import {Secret} from './secret.entity.ts';

/** Whose secrets: a workspace's, or a person's own. */
export type SecretScope = {workspace: string} | {user: string};

export type SecretSummary = Pick<Secret, 'name' | 'revision' | 'updatedAt' | 'updatedBy'>;

const MOST = 50;

export interface SecretServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	workspaces: Pick<WorkspaceService, 'get'>;
	cipher: SecretCipher;
}

export type SecretService = ReturnType<typeof createSecretService>;

/** Values that are written through the API and read by workers alone. */
export const createSecretService = ({em, transactions, workspaces, cipher}: SecretServiceDependencies) => {
	/** Whoever changes the secrets of a scope holds the lock on its owner's row: so they can be counted, and none comes after a delete. */
	const locked = <T>(scope: SecretScope, work: (tx: EntityManager) => Promise<T>): Promise<T> => {
		if ('workspace' in scope) {
			return transactions.locked(scope.workspace, async ({tx, workspace}) => {
				if (workspace.desired === 'deleted') throw new AppError('WORKSPACE_DELETING');
				return work(tx);
			});
		}
		return transactions.run(async ({tx}) => {
			await tx.findOneOrFail(User, scope.user, {lockMode: LockMode.PESSIMISTIC_WRITE});
			return work(tx);
		});
	};

	return {
		/** All of a scope, by name, without their values. Rejects with WORKSPACE_NOT_FOUND. */
		async list(scope: SecretScope): Promise<SecretSummary[]> {
			if ('workspace' in scope) await workspaces.get(scope.workspace);
			return em.find(Secret, scope, {
				fields: ['name', 'revision', 'updatedAt', 'updatedBy'],
				orderBy: {name: 'asc'},
			});
		},

		/**
		 * Stores a value, in the place of the one before. `revision`: only over that one; null: over any. Rejects with WORKSPACE_NOT_FOUND,
		 * WORKSPACE_DELETING, REVISION_CONFLICT, SECRET_LIMIT_REACHED{limit}, SECRETS_NOT_CONFIGURED.
		 */
		async put(
			actor: Actor,
			scope: SecretScope,
			{name, value}: {name: string; value: string},
			revision: number | null,
		): Promise<{secret: Secret; isNew: boolean}> {
			const change = {...cipher.seal(value, placeOf(scope, name)), updatedAt: new Date(), updatedBy: actor.id};
			return locked(scope, async tx => {
				const known = await tx.findOne(Secret, {...scope, name});
				requireRevision(revision, known?.revision ?? 0);
				if (known) return {secret: tx.assign(known, change), isNew: false};
				if ((await tx.count(Secret, scope)) >= MOST) throw limitReached();
				const ids = {id: uuid(), workspace: null, user: null, ...scope};
				const secret = tx.create(Secret, {...ids, ...change, name, createdAt: change.updatedAt});
				tx.persist(secret);
				return {secret, isNew: true};
			});
		},

		/** Rejects with WORKSPACE_NOT_FOUND, WORKSPACE_DELETING, SECRET_NOT_FOUND, REVISION_CONFLICT. */
		remove: (scope: SecretScope, name: string, revision: number | null): Promise<void> =>
			locked(scope, async tx => {
				const secret = await tx.findOne(Secret, {...scope, name});
				if (!secret) throw new AppError('SECRET_NOT_FOUND');
				requireRevision(revision, secret.revision);
				tx.remove(secret);
			}),

		/**
		 * The values of these names, for whoever does work in the workspace for that person: the workspace's own come before the person's. A name
		 * that neither has is not in the answer. Rejects with SECRET_UNREADABLE{name} when one was encrypted with another key, and with
		 * SECRETS_NOT_CONFIGURED when there is one and no key at all.
		 */
		async resolve(
			{workspaceId, userId}: {workspaceId: string; userId: string},
			names: readonly string[],
		): Promise<Map<string, string>> {
			const owners = [{workspace: workspaceId}, {user: userId}];
			const found = await em.fork().find(Secret, {name: {$in: [...names]}, $or: owners});
			const chosen = new Map<string, Secret>();
			for (const secret of found)
				if (secret.workspace !== null || !chosen.has(secret.name)) chosen.set(secret.name, secret);
			return new Map([...chosen].map(([name, secret]) => [name, open(cipher, secret)]));
		},
	};
};

/** What a ciphertext is bound to: no row can pass for another. */
const placeOf = (scope: SecretScope, name: string): string =>
	'workspace' in scope ? `workspace/${scope.workspace}/${name}` : `user/${scope.user}/${name}`;

const open = (cipher: SecretCipher, secret: Secret): string => {
	const {workspace, user, name} = secret;
	const scope = workspace === null ? {user: user ?? ''} : {workspace};
	const value = cipher.open(secret, placeOf(scope, name));
	if (value === null) throw new AppError('SECRET_UNREADABLE', {name});
	return value;
};

const limitReached = (): AppError =>
	new AppError('SECRET_LIMIT_REACHED', {limit: MOST}, {fields: [{path: 'name', code: 'SECRET_LIMIT_REACHED'}]});
