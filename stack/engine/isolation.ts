import {execute} from '../machine/execute.ts';
import type {Report} from '../report.ts';
import {which} from '../machine/which.ts';

/** What the service takes when NETWORK_POOL is not set; see `src/config-variables.ts`. */
const defaultPool = '10.201.0.0/16';

/**
 * Makes sure that no workspace reaches another on this machine's engine, at no moment. Engines before 28 take their own rule out and put it back
 * whenever any network is made or removed; this one stands before theirs, stays, and concerns nothing but the addresses of workspaces.
 * Needs root and iptables; without them it says what to do.
 */
export async function isolateWorkspaces(env: NodeJS.ProcessEnv, report: Report): Promise<void> {
	const pool = env.NETWORK_POOL ?? defaultPool;
	const rule = ['PREROUTING', '-s', pool, '-d', pool, '-j', 'DROP'];
	const iptables = which('iptables') ?? '/usr/sbin/iptables';
	if ((await execute(iptables, ['-w', '-t', 'raw', '-C', ...rule])).code === 0) return;
	const {code} = await execute(iptables, ['-w', '-t', 'raw', '-I', ...rule]);
	report(
		code === 0
			? `Workspaces (${pool}) are kept apart by a rule of this machine.`
			: `To keep workspaces apart at every moment, run once as root: iptables -t raw -I ${rule.join(' ')}`,
	);
}
