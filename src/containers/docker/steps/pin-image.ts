import {AppError} from '../../../errors.ts';
import type {StepContext} from '../../container-runtime.ts';
import {Created, PullEvent} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {hasCode, toAppError} from '../failures.ts';
import {readLines} from '../reading/read-stream.ts';

/**
 * The id of an image, which never changes; an image that is not here is pulled. Rejects with IMAGE_NOT_FOUND{image, reason}: `unknown`
 * when the registry has none, `registryUnreachable` when it could not be asked. Neither mends itself soon.
 */
export const pinImage = async (engine: Engine, reference: string, context: StepContext): Promise<string> => {
	const here = await imageId(engine, reference, context);
	if (here) return here;
	if (/^(sha256:)?[0-9a-f]{64}$/.test(reference)) throw notFound(reference, 'unknown');
	await pull(engine, reference, context);
	const pulled = await imageId(engine, reference, context);
	if (!pulled) throw notFound(reference, 'unknown');
	return pulled;
};

const imageId = async (engine: Engine, reference: string, {signal}: StepContext): Promise<string | null> => {
	try {
		return (await engine.ask({method: 'GET', path: `/images/${encodeURI(reference)}/json`}, Created, signal)).Id;
	} catch (error) {
		if (hasCode(error, 'IMAGE_NOT_FOUND', 'ENGINE_REFUSED')) return null;
		throw error;
	}
};

/** Longer than the engine's own patience with a silent registry. */
const silenceSeconds = 120;

const pull = async (engine: Engine, reference: string, context: StepContext) => {
	const ticking = setInterval(() => context.progress(), 2000);
	const silence = new AbortController();
	const hush = () => silence.abort(notFound(reference, 'registryUnreachable'));
	let timer = setTimeout(hush, silenceSeconds * 1000);
	const signal = AbortSignal.any([context.signal, silence.signal]);
	try {
		const query = {fromImage: withTag(reference)};
		const stream = await engine.open({method: 'POST', path: '/images/create', query}, signal, silenceSeconds);
		for await (const line of readLines(stream, signal)) {
			clearTimeout(timer);
			timer = setTimeout(hush, silenceSeconds * 1000);
			const {error, errorDetail} = PullEvent.parse(JSON.parse(line));
			const says = errorDetail?.message ?? error;
			if (says !== undefined) throw pullFailure(reference, toAppError({statusCode: 500, message: says}));
		}
		signal.throwIfAborted();
	} catch (error) {
		throw pullFailure(reference, error);
	} finally {
		clearInterval(ticking);
		clearTimeout(timer);
	}
};

/** What the engine passes on of the registry's refusal has no code of its own. */
const pullFailure = (reference: string, error: unknown): unknown => {
	if (!hasCode(error, 'ENGINE_ERROR', 'ENGINE_REFUSED', 'IMAGE_NOT_FOUND') || error.params.reason) return error;
	const away = /dial tcp|lookup |timeout|connection refused|no such host|TLS handshake|awaiting headers|EOF/i;
	return notFound(reference, away.test(String(error.params.message)) ? 'registryUnreachable' : 'unknown');
};

/** Without a tag the engine would pull every tag that there is. */
const withTag = (reference: string): string =>
	reference.includes('@') || /:[^/]+$/.test(reference) ? reference : `${reference}:latest`;

const notFound = (image: string, reason: string) => new AppError('IMAGE_NOT_FOUND', {image, reason});
