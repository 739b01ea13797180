import fc from 'fast-check';
import test from 'ava';
import {firstFreeSlot, parsePool, slotOf, subnetAt} from '../../src/containers/docker/steps/subnet.ts';

const pool = parsePool('10.201.0.0/16');

test('a pool is cut into blocks of eight addresses', t => {
	t.is(pool.slots, 8192);
	t.deepEqual(subnetAt(pool, 0), {subnet: '10.201.0.0/29', gateway: '10.201.0.1', container: '10.201.0.2'});
	t.deepEqual(subnetAt(pool, 8191), {
		subnet: '10.201.255.248/29',
		gateway: '10.201.255.249',
		container: '10.201.255.250',
	});
	t.throws(() => parsePool('10.201.0.0/30'));
	t.throws(() => parsePool('somewhere'));
});

test('a workspace always begins its search at the same place of the pool', t => {
	fc.assert(
		fc.property(fc.string(), id => {
			const slot = slotOf(id, pool);
			return slot === slotOf(id, pool) && slot >= 0 && slot < pool.slots;
		}),
	);
	t.pass();
});

test('blocks that overlap are passed over, whatever their size, and others do not count', t => {
	t.is(firstFreeSlot(pool, [], 5), 5);
	t.is(firstFreeSlot(pool, ['10.201.0.40/29'], 5), 6);
	t.is(firstFreeSlot(pool, ['10.201.0.0/24'], 5), 32);
	t.is(firstFreeSlot(pool, ['10.201.0.44/32'], 5), 6);
	t.is(firstFreeSlot(pool, ['172.17.0.0/16', '10.202.0.0/16', 'fd00::/64'], 5), 5);
	t.is(firstFreeSlot(pool, ['10.201.255.248/29'], 8191), 0);
	t.is(firstFreeSlot(pool, ['10.0.0.0/8'], 5), null);
});

test('a full pool is full, and what is answered is always free', t => {
	const small = parsePool('10.201.0.0/26');
	fc.assert(
		fc.property(fc.uniqueArray(fc.nat(7)), fc.nat(7), (taken, start) => {
			const blocks = taken.map(slot => subnetAt(small, slot).subnet);
			const free = firstFreeSlot(small, blocks, start);
			return taken.length === 8 ? free === null : free !== null && !taken.includes(free);
		}),
	);
	t.pass();
});
