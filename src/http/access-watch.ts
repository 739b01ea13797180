import {type EntityManager, RequestContext} from '@mikro-orm/core';
import {AppError} from '../errors.ts';
import type {AppContext} from './context.ts';

/** With what an authenticator may remember of a person (five seconds), an answer ends within ten of the access to it. */
const LOOK_EVERY_MS = 3000;
/** A part of the connections to the database: requests come first. */
const AT_ONCE = 4;

export type AccessWatch = ReturnType<typeof createAccessWatch>;

/**
 * Ends answers that go on once who gets them may have them no longer: removed, disabled, or with a credential that is good no more. Every few seconds
 * it asks again for all that are open in this process, a few at a time; it rests while there are none.
 */
export const createAccessWatch = ({em}: {em: EntityManager}) => {
	const open = new Map<AbortController, () => Promise<void>>();
	let isLooking = false;

	const askAgain = async (ended: AbortController, ask: () => Promise<void>): Promise<void> => {
		try {
			// A unit of work of its own: the one of the request remembers the rows that it was let through by.
			await RequestContext.create(em, ask);
		} catch (error) {
			// What cannot be asked now is asked again.
			if (!(error instanceof AppError) || error.status >= 500) return;
			open.delete(ended);
			ended.abort(error);
		}
	};

	const look = async (): Promise<void> => {
		const left = open.entries();
		// Each takes the next one, so that one that takes long holds up no other.
		const askRest = async () => {
			for (const [ended, ask] of left) await askAgain(ended, ask);
		};
		await Promise.all(Array.from({length: AT_ONCE}, askRest));
		isLooking = open.size > 0;
		if (isLooking) later();
	};

	const later = () => setTimeout(() => void look(), LOOK_EVERY_MS).unref();

	return {
		/** Aborts, with the error that says so, once `ask` rejects with a refusal; until `left` it is asked again and again. */
		follow(ask: () => Promise<void>, left: AbortSignal): AbortSignal {
			const ended = new AbortController();
			open.set(ended, ask);
			left.addEventListener('abort', () => open.delete(ended), {once: true});
			if (!isLooking) later();
			isLooking = true;
			return ended.signal;
		},
	};
};

/** Aborts when the caller leaves, may not have the answer any more, or this process stops. For answers that take their time. */
export const whileAllowed = (ctx: Pick<AppContext, 'res' | 'state'>): AbortSignal => {
	const {askAgain, accessWatch, shutdown} = ctx.state;
	const left = new AbortController();
	ctx.res.once('close', () => left.abort());
	const ends = [left.signal, shutdown];
	if (askAgain) ends.push(accessWatch.follow(askAgain, left.signal));
	return AbortSignal.any(ends);
};
