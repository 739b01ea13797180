import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import {type Actor, localAdministrator} from '../access/actor.ts';
import type {Withdrawals} from '../access/withdrawal.ts';
import {AppError} from '../errors.ts';
import {containing, sortOrder, toWindow} from '../http/page.ts';
import {requireRevision} from '../http/revision.ts';
import {lockRows} from '../lock-rows.ts';
import {requireOtherOwners} from '../teams/sole-owner.ts';
import type {WorkspaceTransactions} from '../workspaces/workspace-transaction.ts';
import {User} from './user.entity.ts';
import type {ListUsers, UpdateMe, UpdateUser} from './user.schema.ts';

export interface UserServiceDependencies {
	em: EntityManager;
	transactions: WorkspaceTransactions;
	withdrawals: Withdrawals;
}

export type UserService = ReturnType<typeof createUserService>;

/** The people who use the service. Their rows are made when they first sign in. */
export const createUserService = ({em, transactions, withdrawals}: UserServiceDependencies) => ({
	/** Rejects with USER_NOT_FOUND. */
	async get(id: string): Promise<User> {
		const user = await em.findOne(User, {id});
		if (!user) throw new AppError('USER_NOT_FOUND');
		return user;
	},

	/** One page of those who match, and how many there are in all. `asPicker`: enabled ones, by name alone. */
	list(query: ListUsers, {asPicker}: {asPicker: boolean}): Promise<[User[], number]> {
		const where: FilterQuery<User>[] = [{}];
		if (asPicker) where.push({disabledAt: null});
		if (query.query) {
			const pattern = {$ilike: containing(query.query)};
			where.push(asPicker ? {name: pattern} : {$or: [{name: pattern}, {email: pattern}]});
		}
		if (query.platformRole) where.push({platformRole: query.platformRole});
		if (query.disabled) where.push({disabledAt: query.disabled === 'true' ? {$ne: null} : null});
		const {field, direction} = sortOrder(query.sort);
		return em.findAndCount(
			User,
			{$and: where},
			{...toWindow(query), orderBy: [{[field]: `${direction} nulls last`}, {id: 'asc'}]},
		);
	},

	/** Changes what everybody may change of themselves. Rejects with REVISION_CONFLICT. */
	updateMe: (actor: Actor, input: UpdateMe, revision: number | null): Promise<User> =>
		transactions.run(async ({tx}) => {
			await lockRows(tx, 'user', [actor.id], 'change');
			const user = await tx.findOneOrFail(User, {id: actor.id}, {refresh: true});
			requireRevision(revision, user.revision);
			tx.assign(user, input);
			await tx.flush();
			return user;
		}),

	/**
	 * What administrators may change. With the disabling of a person ends what only they were allowed. Rejects with USER_NOT_FOUND, REVISION_CONFLICT,
	 * CANNOT_DISABLE_YOURSELF, LAST_ADMINISTRATOR, LAST_OWNER{team}.
	 */
	update: (actor: Actor, id: string, input: UpdateUser, revision: number | null): Promise<User> =>
		transactions.run(async transaction => {
			const {tx} = transaction;
			// With all administrators: of two who disable each other at once, one is the last.
			const administrators = await tx.execute<{id: string}[]>(
				`select id from "user" where id = ? or (platform_role = 'admin' and disabled_at is null) order by id for no key update`,
				[id],
			);
			const user = await tx.findOne(User, {id}, {refresh: true});
			if (!user) throw new AppError('USER_NOT_FOUND');
			requireRevision(revision, user.revision);
			if (input.disabled && id === actor.id) throw new AppError('CANNOT_DISABLE_YOURSELF');
			if (input.disabled && !user.disabledAt) await requireOtherOwners(tx, id);
			const wasAdministrator = isAdministrator(user);
			return withdrawals.withdraw(transaction, {user: id}, async () => {
				if (input.platformRole) user.platformRole = input.platformRole;
				if (input.disabled !== undefined) user.disabledAt = input.disabled ? (user.disabledAt ?? new Date()) : null;
				const others = administrators.filter(one => one.id !== id && one.id !== localAdministrator.id);
				if (wasAdministrator && !isAdministrator(user) && others.length === 0) throw new AppError('LAST_ADMINISTRATOR');
				await tx.flush();
				return user;
			});
		}),
});

const isAdministrator = ({platformRole, disabledAt}: User): boolean => platformRole === 'admin' && disabledAt === null;
