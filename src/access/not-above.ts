import {AppError} from '../errors.ts';
import {strongest} from './permissions.ts';

/** Nobody gives a role above their own, or takes one. `roles` goes from the weakest to the strongest. Throws ROLE_ABOVE_OWN{role}. */
export const requireNotAbove = <Role extends string>(roles: readonly Role[], own: Role | null, role: Role): void => {
	if (strongest(roles, own, role) !== own) throw new AppError('ROLE_ABOVE_OWN', {role});
};
