import {createHash} from 'node:crypto';

/** A pool of addresses cut into /29s: the gateway, the workspace's container, and room for what may stand between them. Pure. */
export interface Pool {
	first: number;
	slots: number;
}

const slotSize = 8;

/** Reads `10.201.0.0/16`. Throws on anything that is not a block of 8 addresses or more. */
export const parsePool = (cidr: string): Pool => {
	const {first, last} = parseRange(cidr);
	if (last - first + 1 < slotSize) throw new Error(`the network pool ${cidr} is too small`);
	return {first, slots: (last - first + 1) / slotSize};
};

/** Where the search for a workspace's subnet begins, so that two workspaces rarely want the same. */
export const slotOf = (workspaceId: string, pool: Pool): number =>
	createHash('sha256').update(workspaceId).digest().readUInt32BE(0) % pool.slots;

export interface Subnet {
	subnet: string;
	gateway: string;
	/** The one address that the engine may give away: so it can never run two containers of a workspace. */
	container: string;
}

export const subnetAt = (pool: Pool, slot: number): Subnet => {
	const base = pool.first + slot * slotSize;
	return {subnet: `${formatAddress(base)}/29`, gateway: formatAddress(base + 1), container: formatAddress(base + 2)};
};

/** The first slot at or after `start` that overlaps none of the `taken` blocks; null when the pool is used up. */
export const firstFreeSlot = (pool: Pool, taken: Iterable<string>, start: number): number | null => {
	const used = new Set<number>();
	for (const cidr of taken) {
		if (cidr.includes(':')) continue;
		const {first, last} = parseRange(cidr);
		const from = Math.max(0, Math.floor((first - pool.first) / slotSize));
		const to = Math.min(pool.slots - 1, Math.floor((last - pool.first) / slotSize));
		for (let slot = from; slot <= to; slot++) used.add(slot);
	}
	for (let step = 0; step < pool.slots; step++) {
		const slot = (start + step) % pool.slots;
		if (!used.has(slot)) return slot;
	}
	return null;
};

const parseRange = (cidr: string): {first: number; last: number} => {
	const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
	if (!match) throw new Error(`not an IPv4 block: ${cidr}`);
	const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
	const size = 2 ** (32 - bits);
	const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
	const first = address - (address % size);
	return {first, last: first + size - 1};
};

const formatAddress = (address: number): string =>
	[24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.');
