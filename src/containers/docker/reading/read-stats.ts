import type {Stats} from '../../container-runtime.ts';
import type {Sample} from '../answers.ts';

const MiB = 2 ** 20;

/** Two samples of the engine as one set of figures. Pure. */
export const toStats = (before: Sample, after: Sample): Stats => {
	const elapsed = (Date.parse(after.read) - Date.parse(before.read)) * 1e6;
	const used = after.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage;
	const {usage = 0, limit = 0, stats = {}} = after.memory_stats;
	// Pages of files that the kernel gives back when asked; cgroup v1 and v2 name them differently.
	const cache = stats.total_inactive_file ?? stats.inactive_file ?? 0;
	const interfaces = Object.values(after.networks ?? {});
	return {
		cpuPercent: elapsed > 0 ? round((Math.max(used, 0) / elapsed) * 100) : 0,
		memoryMiB: round(Math.max(usage - cache, 0) / MiB),
		memoryLimitMiB: round(limit / MiB),
		processes: after.pids_stats?.current ?? 0,
		processesLimit: limitOf(after.pids_stats?.limit),
		// The engine would have to walk through all files.
		networkReceivedBytes: interfaces.reduce((sum, {rx_bytes}) => sum + rx_bytes, 0),
		networkSentBytes: interfaces.reduce((sum, {tx_bytes}) => sum + tx_bytes, 0),
	};
};

/** "No limit" comes as 0 or as the largest number there is. */
const limitOf = (limit: number | undefined): number | null => (limit && limit < Number.MAX_SAFE_INTEGER ? limit : null);

const round = (value: number): number => Math.round(value * 10) / 10;
