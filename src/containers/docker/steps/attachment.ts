import {Nothing} from '../answers.ts';
import type {Engine} from '../engine.ts';

/*
 * A container that we stopped is taken off its network, and put back when it starts. It is how the engine remembers that the stop
 * was ours: labels cannot be changed, and the exit codes 143 and 137 are those of any kill.
 */

export const attach = async (engine: Engine, network: string, id: string, signal: AbortSignal): Promise<void> => {
	await engine.ask({method: 'POST', path: `/networks/${network}/connect`, body: {Container: id}}, Nothing, signal);
};

/** Succeeds also when the network is gone or the container is not on it. */
export const detach = async (engine: Engine, network: string, id: string, signal: AbortSignal): Promise<void> => {
	const body = {Container: id, Force: true};
	const path = `/networks/${network}/disconnect`;
	await engine.ask({method: 'POST', path, body, alsoFine: [403, 404, 500]}, Nothing, signal);
};
