import {proportionalOf, residentOf} from '../process-tree.ts';
import type {Row} from '../row.ts';
import {servers, type World} from '../world.ts';

/** What the processes hold now. */
export function measureMemory({pidOf}: World, when: string): Row[] {
	const [api, worker] = [residentOf(pidOf('api')), residentOf(pidOf('worker'))];
	return [
		{
			name: `memory ${when}: API and worker`,
			unit: 'MiB',
			measured: {api, worker, together: api + worker},
			target: {of: 'measured', limits: {together: 350}},
		},
		{
			name: `memory ${when}: embedded servers`,
			unit: 'MiB',
			measured: Object.fromEntries(servers.map(name => [name, proportionalOf(pidOf(name))])),
		},
	];
}
