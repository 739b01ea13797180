import test from 'ava';
import {Sample} from '../../src/containers/docker/answers.ts';
import {toStats} from '../../src/containers/docker/reading/read-stats.ts';

const MiB = 2 ** 20;

const sample = (read: string, total_usage: number, more: object = {}) =>
	Sample.parse({read, cpu_stats: {cpu_usage: {total_usage}}, memory_stats: {}, ...more});

test('processor use is that of one core, from the engine clock', t => {
	const before = sample('2026-01-02T03:04:05.000Z', 1e9);
	t.is(toStats(before, sample('2026-01-02T03:04:05.500Z', 1.25e9)).cpuPercent, 50);
	t.is(toStats(before, sample('2026-01-02T03:04:06.000Z', 3e9)).cpuPercent, 200);
	t.is(toStats(before, before).cpuPercent, 0);
	// A restart between the two begins at nothing again.
	t.is(toStats(before, sample('2026-01-02T03:04:06.000Z', 0)).cpuPercent, 0);
});

test('memory does not count what the kernel gives back, on both kinds of cgroups', t => {
	const before = sample('2026-01-02T03:04:05Z', 0);
	for (const name of ['total_inactive_file', 'inactive_file']) {
		const memory_stats = {usage: 30 * MiB, limit: 64 * MiB, stats: {[name]: 10 * MiB}};
		t.like(toStats(before, sample('2026-01-02T03:04:06Z', 0, {memory_stats})), {memoryMiB: 20, memoryLimitMiB: 64});
	}
});

test('processes and traffic are those of the container; no limit is null', t => {
	const before = sample('2026-01-02T03:04:05Z', 0);
	const networks = {eth0: {rx_bytes: 10, tx_bytes: 1}, eth1: {rx_bytes: 5, tx_bytes: 2}};
	const after = sample('2026-01-02T03:04:06Z', 0, {networks, pids_stats: {current: 3, limit: 64}});
	t.like(toStats(before, after), {
		processes: 3,
		processesLimit: 64,
		networkReceivedBytes: 15,
		networkSentBytes: 3,
	});
	const unlimited = sample('2026-01-02T03:04:06Z', 0, {pids_stats: {current: 3, limit: 18446744073709552000}});
	t.is(toStats(before, unlimited).processesLimit, null);
	t.is(toStats(before, before).processesLimit, null);
});
