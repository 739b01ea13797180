import {setTimeout as pause} from 'node:timers/promises';
import type {Report} from '../../../stack/report.ts';
import type {Contestant} from '../contestant.ts';
import type {Makers} from '../engine/makers.ts';
import {perPiece, processorTimes} from '../processor-time.ts';
import type {Row} from '../row.ts';
import {median, timed, type Figures} from '../statistics.ts';
import {processes, type World} from '../world.ts';

const atOnce = 16;
const rounds = 4;
const settleMs = 2000;

/** Creates many workspaces at the same moment, in both ways, in turns; each time until the last of them runs. */
export async function measureBurst(world: World, makers: Makers, report: Report): Promise<Row[]> {
	const totals = {viaApi: [] as number[], raw: [] as number[]};
	const costs: Figures[] = [];
	for (let round = 0; round < rounds; round++) {
		const ways = round % 2 === 0 ? (['viaApi', 'raw'] as const) : (['raw', 'viaApi'] as const);
		for (const way of ways) {
			const crowd: Contestant[] = Array.from({length: atOnce}, () => makers[way]());
			const before = processorTimes(world);
			totals[way].push(await timed(() => Promise.all(crowd.map(one => one.create()))));
			if (way === 'viaApi') costs.push(perPiece(before, processorTimes(world), atOnce));
			await Promise.all(crowd.map(one => one.delete()));
			await pause(settleMs);
		}
		report(`Created ${atOnce} at once, round ${round + 1} of ${rounds}, in both ways.`);
	}
	const ratios = totals.viaApi.map((ms, round) => ms / (totals.raw[round] ?? Number.NaN));
	return [
		{
			name: `create ${atOnce} at once: all running`,
			unit: 'ms',
			measured: {p50: median(totals.viaApi)},
			floor: {p50: median(totals.raw)},
			ratio: median(ratios),
			target: {of: 'ratio', limit: 1.3},
		},
		{
			name: '  processor time of each create',
			unit: 'ms',
			measured: Object.fromEntries(processes.map(name => [name, median(costs.map(one => one[name] ?? 0))])),
		},
	];
}
