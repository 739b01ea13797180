import {setTimeout as pause} from 'node:timers/promises';
import type Dockerode from 'dockerode';
import {ExecutionOutput} from '../../../src/automation/execution-output.entity.ts';
import {Execution} from '../../../src/automation/execution.entity.ts';
import {Problem} from '../../../stack/problem.ts';
import type {Report} from '../../../stack/report.ts';
import {until} from '../../../stack/until.ts';
import {now, readEvents} from '../api/follow-events.ts';
import {createApiWorkspace} from '../api/workspace.ts';
import {createTimeReader, tellTime, tellTimes, type Told} from '../automation/clock-command.ts';
import {execRaw} from '../automation/raw-exec.ts';
import type {Row} from '../row.ts';
import {spread} from '../statistics.ts';
import type {World} from '../world.ts';

const everySeconds = 3;
const settleMs = 300;
const liveTimes = 50;
const liveRounds = 3;

/** When a run was asked for or due, written down, at its first word, and when that was seen. */
interface Way extends Told {
	from: number;
	acceptedAt: number;
}

/** What a run costs before the first word of its command reaches a reader, and how far behind a reader of its output is. */
export async function measureRuns(world: World, rounds: number, report: Report): Promise<Row[]> {
	const {api, docker, runId} = world;
	const workspace = createApiWorkspace(api, `bench-runs-${runId}`);
	await workspace.create();
	const [found] = await docker.listContainers({
		filters: {label: [`io.workspace-manager.workspace=${workspace.id()}`]},
	});
	if (!found) throw new Problem('The workspace says that it runs, but its container is not there.');
	const container = docker.getContainer(found.Id);
	const makeJob = async (command: string[], trigger: object = {kind: 'manual'}): Promise<string> => {
		const name = `runs-${now()}`;
		const common = {workspaceId: workspace.id(), name, kind: 'command', policy: {overlap: 'allowAll'}};
		return (await api.createJob({...common, command, trigger})).id;
	};

	const jobId = await makeJob(tellTime);
	// The first run puts the supervisor in place.
	await runByHand(world, jobId);
	const raw: number[] = [];
	const byHand: Way[] = [];
	for (let round = 0; round < rounds; round++) {
		const turns = [
			async () => void byHand.push(await runByHand(world, jobId)),
			async () => void raw.push(await runRaw(container)),
		];
		for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
			await turn();
			await pause(settleMs);
		}
	}
	report(`Ran a command ${rounds} times by hand, and past the product.`);
	const scheduled = await runByTime(world, await makeJob(tellTime, {kind: 'interval', everySeconds}), rounds);
	report(`Ran it ${rounds} times by its schedule.`);

	const liveJob = await makeJob(tellTimes(liveTimes));
	const live: Told[] = [];
	for (let round = 0; round < liveRounds; round++) live.push(...(await followRun(world, liveJob)).told);
	const liveRaw = createTimeReader();
	await execRaw(container, tellTimes(liveTimes), liveRaw.take);
	report(`Followed ${liveRounds} runs that write ten times a second.`);
	await workspace.delete();

	return [
		...toRows('run by its schedule: due to first word stored', scheduled, raw),
		...toRows('run by hand: request to first word received', byHand, raw),
		{
			name: 'live output: written to received',
			unit: 'ms',
			measured: spread(live.map(delay)),
			floor: spread(liveRaw.told.map(delay)),
			target: {of: 'measured', limits: {p95: 500}},
		},
	];
}

const delay = ({wroteAt, seenAt}: Told): number => seenAt - wroteAt;

function toRows(name: string, ways: Way[], raw: number[]): Row[] {
	const whole = ways.map(({from, seenAt}) => seenAt - from);
	return [
		{
			name,
			unit: 'ms',
			measured: spread(whole),
			floor: spread(raw),
			overhead: spread(whole.map((ms, round) => ms - (raw[round] ?? Number.NaN))),
			target: {of: 'overhead', limits: {p50: 500}},
		},
		{name: '    until accepted', unit: 'ms', measured: spread(ways.map(way => way.acceptedAt - way.from))},
		{name: '    accepted to written', unit: 'ms', measured: spread(ways.map(way => way.wroteAt - way.acceptedAt))},
		{name: '    written to there', unit: 'ms', measured: spread(ways.map(delay))},
	];
}

async function runRaw(container: Dockerode.Container): Promise<number> {
	const started = now();
	const reader = createTimeReader();
	await execRaw(container, tellTime, reader.take);
	return firstOf(reader.told).seenAt - started;
}

async function runByHand(world: World, jobId: string): Promise<Way> {
	const from = now();
	const {acceptedAt, told} = await followRun(world, jobId);
	return {from, acceptedAt, ...firstOf(told)};
}

/** Runs a job and reads what it writes, to its end. */
async function followRun({api}: World, jobId: string): Promise<{acceptedAt: number; told: Told[]}> {
	const {id, createdAt} = await api.runJob(jobId);
	const reader = createTimeReader();
	await readEvents<{text: string}>(api.outputUrl(id), new AbortController().signal, ({text}, seenAt) =>
		reader.take(text, seenAt),
	);
	return {acceptedAt: Date.parse(createdAt), told: reader.told};
}

/** Lets a job come due so many times. A time counts from when it was meant to be. */
async function runByTime({api, orm}: World, jobId: string, times: number): Promise<Way[]> {
	const ended = () => orm.em.fork().find(Execution, {job: jobId, status: 'succeeded'}, {orderBy: {nominalTime: 'asc'}});
	const patienceMs = (times * everySeconds + 60) * 1000;
	if (!(await until(async () => (await ended()).length >= times, patienceMs, 1000)))
		throw new Problem(`A job that is due every ${everySeconds} seconds did not run ${times} times.`);
	const executions = (await ended()).slice(0, times);
	await api.deleteJob(jobId);
	return Promise.all(
		executions.map(async ({id, nominalTime, createdAt}) => {
			const {bytes, at} = await orm.em.fork().findOneOrFail(ExecutionOutput, {execution: id, offset: '0'});
			return {
				from: nominalTime.getTime(),
				acceptedAt: createdAt.getTime(),
				wroteAt: Number(Buffer.from(bytes).toString()),
				seenAt: at.getTime(),
			};
		}),
	);
}

function firstOf(told: Told[]): Told {
	const [first] = told;
	if (!first) throw new Problem('A command that tells the time has said nothing.');
	return first;
}
