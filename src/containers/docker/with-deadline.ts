import {AppError} from '../../errors.ts';
import {toAppError} from './failures.ts';

/**
 * Waits for the engine, but never longer than `seconds` (ENGINE_UNREACHABLE) and not past `signal` (its reason is thrown). Whatever
 * the engine refuses becomes an `AppError`. `ask` gets a signal that ends its request in both cases.
 *
 * `settleSeconds` is for changes: the engine carries out what it was sent, whether somebody waits or not. So after an abort its answer
 * is still waited for that long; otherwise what is undone next could be overtaken by what was asked before.
 */
export const withDeadline = async <T>(
	signal: AbortSignal,
	seconds: number,
	ask: (signal: AbortSignal) => Promise<T>,
	settleSeconds = 0,
): Promise<T> => {
	signal.throwIfAborted();
	const request = new AbortController();
	const givenUp = Promise.withResolvers<never>();
	const giveUp = (error: unknown) => {
		givenUp.reject(error);
		request.abort();
	};
	const late = () => giveUp(new AppError('ENGINE_UNREACHABLE', {reason: 'noAnswer', seconds}));
	let timer = setTimeout(late, seconds * 1000);
	const abort = () => {
		clearTimeout(timer);
		timer = setTimeout(() => giveUp(signal.reason), settleSeconds * 1000);
	};
	signal.addEventListener('abort', abort, {once: true});
	try {
		// The race, because an aborted request alone may take its time to say so.
		const answer = await Promise.race([ask(request.signal), givenUp.promise]);
		signal.throwIfAborted();
		return answer;
	} catch (error) {
		signal.throwIfAborted();
		throw toAppError(error);
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', abort);
	}
};
