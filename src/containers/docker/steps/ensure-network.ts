import {z} from 'zod';
import {AppError} from '../../../errors.ts';
import type {StepContext} from '../../container-runtime.ts';
import {Created, NetworkRow} from '../answers.ts';
import type {Engine} from '../engine.ts';
import {hasCode} from '../failures.ts';
import {readLabels} from '../labels.ts';
import {networkConfig} from './network-config.ts';
import {pause} from '../pause.ts';
import {firstFreeSlot, parsePool, slotOf, subnetAt, type Subnet} from './subnet.ts';

/**
 * The workspace's network exists afterwards. The engine decides who gets a subnet: it refuses overlaps, then the next free one is
 * asked for. Rejects with ADDRESS_POOL_EXHAUSTED, NAME_TAKEN_BY_STRANGER.
 */
export const ensureNetwork = async (engine: Engine, workspaceId: string, context: StepContext): Promise<void> => {
	const pool = parsePool(engine.networkPool);
	let slot = slotOf(workspaceId, pool);
	for (let attempt = 1; ; attempt++) {
		const refusal = await create(engine, workspaceId, subnetAt(pool, slot), context);
		if (!refusal) return;
		const networks = await engine.ask({method: 'GET', path: '/networks'}, z.array(NetworkRow), context.signal);
		if (networks.some(network => readLabels(engine, network.Labels)?.workspaceId === workspaceId)) return;
		if (refusal.code === 'NAME_TAKEN_BY_STRANGER') throw refusal;
		const free = firstFreeSlot(pool, subnetsOf(networks), slot);
		if (free === null) throw new AppError('ADDRESS_POOL_EXHAUSTED', {pool: engine.networkPool});
		// Refused, yet nobody has it: it is being made or removed at this moment, perhaps for this very workspace. Taking another
		// one would then leave two networks of one name, which the engine allows.
		if (free === slot && attempt < patience) await pause(100, context.signal);
		else slot = free === slot ? (slot + 1) % pool.slots : free;
	}
};

/** Attempts of 100 ms and more each. */
const patience = 20;

const create = async (
	engine: Engine,
	workspaceId: string,
	subnet: Subnet,
	context: StepContext,
): Promise<AppError | null> => {
	const body = networkConfig(engine, workspaceId, subnet);
	try {
		await engine.askSlowly({method: 'POST', path: '/networks/create', body}, Created, context);
		return null;
	} catch (error) {
		if (hasCode(error, 'ADDRESS_POOL_EXHAUSTED', 'NAME_TAKEN_BY_STRANGER')) return error;
		throw error;
	}
};

const subnetsOf = (networks: NetworkRow[]): string[] =>
	networks.flatMap(network => (network.IPAM?.Config ?? []).flatMap(block => block.Subnet ?? []));
