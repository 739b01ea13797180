import type {EngineObject, StepContext} from '../../container-runtime.ts';
import {Nothing} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {removeContainer} from './remove-containers.ts';

/** Removes one object by its id; absent is success. */
export const removeObject = async (
	engine: Engine,
	{type, id}: Pick<EngineObject, 'type' | 'id'>,
	context: StepContext,
): Promise<void> => {
	if (type === 'container') return removeContainer(engine, id, context);
	const path = type === 'network' ? `/networks/${id}` : `/volumes/${id}`;
	await engine.askSlowly({method: 'DELETE', path, alsoFine: [404]}, Nothing, context);
};
