import {fileURLToPath} from 'node:url';
import {Client, Connection} from '@temporalio/client';
import {DefaultLogger, NativeConnection, Runtime, Worker} from '@temporalio/worker';
import type {Report} from '../../../stack/report.ts';
import type {CleanUp} from '../clean-up.ts';
import type {Figures} from '../statistics.ts';
import type {World} from '../world.ts';
import {count, forEachOfThem, minuteAhead, untilAllEnded} from './at-once.ts';

/** How late each of them was, in seconds, and the processor time of each, in milliseconds. */
export interface Floor {
	started: number[];
	ended: number[];
	cost: Figures;
}

const taskQueue = 'bench-floor';
const workflowsPath = fileURLToPath(new URL('floor.workflow.ts', import.meta.url));
const scheduleId = (index: number) => `bench-floor-${index}`;
const ended = `WorkflowType = 'floor' AND ExecutionStatus = 'Completed'`;

/** Schedules of Temporal that are all due at one minute, each of which starts a workflow that does nothing, on a worker of its own. */
export async function measureScheduledFloor(world: World, report: Report, cleanUp: CleanUp): Promise<Floor> {
	const {address, namespace} = world.temporal;
	Runtime.install({logger: new DefaultLogger('WARN'), shutdownSignals: []});
	const [connection, native] = await Promise.all([Connection.connect({address}), NativeConnection.connect({address})]);
	const client = new Client({connection, namespace});
	const worker = await Worker.create({connection: native, namespace, taskQueue, workflowsPath});
	const running = worker.run();
	const end = async () => {
		if (worker.getState() === 'RUNNING') worker.shutdown();
		await running;
		await native.close();
		await connection.close();
	};
	let ending: Promise<void> | null = null;
	const stop = () => (ending ??= end());
	cleanUp.add(stop);

	const due = minuteAhead();
	await forEachOfThem(index =>
		client.schedule.create({
			scheduleId: scheduleId(index),
			spec: {calendars: [{hour: due.getUTCHours(), minute: due.getUTCMinutes()}], timezone: 'UTC'},
			policies: {overlap: 'ALLOW_ALL', catchupWindow: '1 minute'},
			action: {type: 'startWorkflow', workflowType: 'floor', workflowId: scheduleId(index), taskQueue},
		}),
	);
	report(`Made ${count} schedules of trivial workflows, due at ${due.toISOString()}.`);
	const cost = await untilAllEnded(world, due, async () => (await client.workflow.count(ended)).count);
	const floor: Floor = {started: [], ended: [], cost};
	for await (const {startTime, closeTime} of client.workflow.list({query: ended})) {
		floor.started.push((startTime.getTime() - due.getTime()) / 1000);
		floor.ended.push(((closeTime?.getTime() ?? Number.NaN) - due.getTime()) / 1000);
	}
	await forEachOfThem(index => client.schedule.getHandle(scheduleId(index)).delete());
	await stop();
	report(`${floor.started.length} trivial workflows were started.`);
	return floor;
}
