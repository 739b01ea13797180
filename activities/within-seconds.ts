import type {StepContext} from '../src/containers/container-runtime.ts';
import {AppError} from '../src/errors.ts';

/** Runs a step with a limit: then its signal aborts, and it has failed with STEP_TIMED_OUT{seconds}, whatever it was waiting for. */
export const withinSeconds = async <T>(
	seconds: number,
	context: StepContext,
	work: (context: StepContext) => Promise<T>,
): Promise<T> => {
	const late = new AbortController();
	const timer = setTimeout(() => late.abort(), seconds * 1000);
	try {
		return await work({...context, signal: AbortSignal.any([context.signal, late.signal])});
	} catch (error) {
		if (late.signal.aborted && !context.signal.aborted) throw new AppError('STEP_TIMED_OUT', {seconds}, {cause: error});
		throw error;
	} finally {
		clearTimeout(timer);
	}
};
