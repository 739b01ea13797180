import type Dockerode from 'dockerode';
import {firstFreeSlot, parsePool, slotOf, type Pool} from '../../../src/containers/docker/steps/subnet.ts';

/** Free subnets of a pool, known beforehand so that a raw create is a single call. */
export interface Slots {
	pool: Pool;
	take(): number;
}

/** Looks once at which subnets are taken. `seed` says where to begin, so that two runs at a time rarely want the same. */
export async function findFreeSlots(docker: Dockerode, cidr: string, seed: string): Promise<Slots> {
	const pool = parsePool(cidr);
	const networks = await docker.listNetworks();
	const taken = networks.flatMap(({IPAM}) => (IPAM?.Config ?? []).flatMap(({Subnet}) => Subnet ?? []));
	let next = slotOf(seed, pool);
	const take = () => {
		const slot = firstFreeSlot(pool, taken, next);
		if (slot === null) throw new Error(`the network pool ${cidr} is used up`);
		next = (slot + 1) % pool.slots;
		return slot;
	};
	return {pool, take};
}
