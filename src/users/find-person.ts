import {type EntityManager, raw} from '@mikro-orm/postgresql';
import {AppError} from '../errors.ts';
import {User} from './user.entity.ts';

/** How somebody is named who is to be given something. */
export type PersonReference = {userId: string} | {email: string};

/**
 * Somebody who can be given something: who is enabled; by an e-mail address only when it is verified, and one person's alone. Rejects with USER_NOT_FOUND,
 * for the field that names them.
 */
export const findPerson = async (em: EntityManager, who: PersonReference): Promise<User> => {
	const named =
		'userId' in who ? {id: who.userId} : {[raw('lower(email)')]: who.email.toLowerCase(), emailVerified: true};
	const [found, another] = await em.find(User, {...named, disabledAt: null}, {limit: 2});
	if (found && !another) return found;
	throw new AppError('USER_NOT_FOUND', {}, {fields: [{path: Object.keys(who)[0]!, code: 'USER_NOT_FOUND'}]});
};

/** The names of people, by id. */
export const namesOf = async (em: EntityManager, ids: readonly string[]): Promise<Map<string, string>> => {
	const found = await em.find(User, {id: {$in: [...new Set(ids)]}}, {fields: ['name']});
	return new Map(found.map(({id, name}) => [id, name]));
};
