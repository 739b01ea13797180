import type {EntityManager, FilterQuery} from '@mikro-orm/postgresql';
import {User} from '../../users/user.entity.ts';
import {Invitation} from './invitation.entity.ts';

/** Takes back those that are still open. */
export const revokePending = async (tx: EntityManager, where: FilterQuery<Invitation>): Promise<void> => {
	for (const invitation of await tx.find(Invitation, {$and: [where, {status: 'pending'}]}, {refresh: true}))
		invitation.status = 'revoked';
	await tx.flush();
};

/** Nobody comes back into a team by an invitation from before. */
export const revokeForPerson = async (tx: EntityManager, team: string, userId: string): Promise<void> => {
	const {email, emailVerified} = await tx.findOneOrFail(User, {id: userId});
	const forThem = email && emailVerified ? {$or: [{user: userId}, {email: email.toLowerCase()}]} : {user: userId};
	await revokePending(tx, {team, ...forThem});
};
