import {setTimeout as pause} from 'node:timers/promises';
import type {Report} from '../../../stack/report.ts';
import {stagesOf, sumOfSteps} from '../api/stages.ts';
import {phases, type Phase} from '../contestant.ts';
import type {Makers} from '../engine/makers.ts';
import type {Row} from '../row.ts';
import {spread, timed, type Figures} from '../statistics.ts';

/** What follows a change behind the scenes (the engine's events are looked into) must not weigh on the next measurement. */
const settleMs = 300;
const targets: Partial<Record<Phase, Figures>> = {create: {p50: 130, p95: 250}};

interface Samples {
	viaApi: number[];
	raw: number[];
	outsideSteps: number[];
	stages: Map<string, number[]>;
}

/** Creates, stops, starts and deletes one workspace at a time, in both ways, in turns. */
export async function measureLifecycle(makers: Makers, rounds: number, report: Report): Promise<Row[]> {
	const samples = new Map<Phase, Samples>(
		phases.map(phase => [phase, {viaApi: [], raw: [], outsideSteps: [], stages: new Map()}]),
	);
	for (let round = 0; round < rounds; round++) {
		const [viaApi, raw] = [makers.viaApi(), makers.raw()];
		for (const [index, phase] of phases.entries()) {
			const into = samples.get(phase) as Samples;
			const measureApi = async () => {
				const ms = await timed(() => viaApi[phase]());
				into.viaApi.push(ms);
				await pause(settleMs);
				const journey = await viaApi.journey();
				into.outsideSteps.push(ms - sumOfSteps(journey.operation));
				for (const [stage, took] of stagesOf(journey))
					into.stages.set(stage, [...(into.stages.get(stage) ?? []), took]);
			};
			const measureRaw = async () => {
				into.raw.push(await timed(() => raw[phase]()));
				await pause(settleMs);
			};
			const turns = (round + index) % 2 === 0 ? [measureApi, measureRaw] : [measureRaw, measureApi];
			for (const turn of turns) await turn();
		}
		if ((round + 1) % 5 === 0) report(`Created, stopped, started and deleted ${round + 1} of ${rounds}, in both ways.`);
	}
	return phases.flatMap(phase => toRows(phase, samples.get(phase) as Samples));
}

function toRows(phase: Phase, {viaApi, raw, outsideSteps, stages}: Samples): Row[] {
	const more = viaApi.map((ms, round) => ms - (raw[round] ?? Number.NaN));
	const limits = targets[phase];
	return [
		{
			name: `${phase}: request to event`,
			unit: 'ms',
			measured: spread(viaApi),
			floor: spread(raw),
			overhead: spread(more),
			...(limits && {target: {of: 'overhead', limits}}),
		},
		{name: '  outside the steps', unit: 'ms', measured: spread(outsideSteps)},
		...[...stages].map(([stage, took]): Row => ({name: `    ${stage}`, unit: 'ms', measured: spread(took)})),
	];
}
