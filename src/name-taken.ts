import {UniqueConstraintViolationException} from '@mikro-orm/postgresql';
import {AppError, type ErrorCode} from './errors.ts';

/** Does work that stores a name which must be unique; when it is not, rejects with the code{name}, for the field `name`. */
export const nameTaken = async <T>(code: ErrorCode, name: () => string, work: () => Promise<T>): Promise<T> => {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof UniqueConstraintViolationException)) throw error;
		throw new AppError(code, {name: name()}, {cause: error, fields: [{path: 'name', code}]});
	}
};
