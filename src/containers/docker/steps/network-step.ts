import {z} from 'zod';
import type {RuntimeStep, StepContext} from '../../container-runtime.ts';
import {NetworkRow, Nothing} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {hasCode} from '../failures.ts';
import {labelFilter} from '../labels.ts';
import {findContainers} from '../reading/find-containers.ts';
import {detach} from './attachment.ts';
import {ensureNetwork} from './ensure-network.ts';

/** A bridge network with a /29 of its own for each workspace. */
export const networkStep = (engine: Engine): RuntimeStep => ({
	name: 'network',
	keepsFiles: false,
	makesGeneration: false,
	apply: (spec, context) => ensureNetwork(engine, spec.workspaceId, context),
	async revert({workspaceId}, context) {
		const query = {filters: labelFilter(engine, workspaceId)};
		const ours = await engine.ask({method: 'GET', path: '/networks', query}, z.array(NetworkRow), context.signal);
		for (const network of ours) await remove(engine, workspaceId, network.Id, context);
	},
});

const remove = async (engine: Engine, workspaceId: string, id: string, context: StepContext) => {
	const request = {method: 'DELETE', path: `/networks/${id}`, alsoFine: [404]} as const;
	try {
		await engine.askSlowly(request, Nothing, context);
	} catch (error) {
		if (!hasCode(error, 'OBJECT_IN_USE')) throw error;
		// Only our own are cut off: a stranger on our network is a reason to fail, not to break the stranger.
		for (const container of await findContainers(engine, workspaceId, context.signal)) {
			await detach(engine, id, container.id, context.signal);
		}
		await engine.askSlowly(request, Nothing, context);
	}
};
