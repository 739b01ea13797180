// npm run bench [-- --json] [--only create,burst,runs,list,read,sign-in,jobs,memory] [--rounds 30] [--temporal tuned|stock]
// Measures the product against the same work done without it, side by side, and prints a table. A target that is missed is no failure; a promise that is
// broken is one.
import {randomBytes} from 'node:crypto';
import {setTimeout as pause} from 'node:timers/promises';
import {onInterrupt} from '../../stack/processes/on-interrupt.ts';
import {root} from '../../stack/paths.ts';
import {Problem} from '../../stack/problem.ts';
import {createCleanUp} from './clean-up.ts';
import {prepareMakers} from './engine/makers.ts';
import {describeMachine, formatMachine} from './machine.ts';
import {readOptions, type Options} from './options.ts';
import {measureBurst} from './parts/burst.ts';
import {measureJobs} from './parts/jobs.ts';
import {measureLifecycle} from './parts/lifecycle.ts';
import {measureList} from './parts/list.ts';
import {measureMemory} from './parts/memory.ts';
import {measureRead} from './parts/read.ts';
import {measureRuns} from './parts/runs.ts';
import {seedWorkspaces} from './parts/seed.ts';
import {measureSignIn} from './parts/sign-in.ts';
import {isWithinTarget, type Row} from './row.ts';
import {formatTable} from './table.ts';
import {startWorld} from './world.ts';

process.chdir(root);
const started = Date.now();
const report = (line: string) => console.error(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
const complain = (error: unknown) => console.error(error instanceof Problem ? error.message : error);
const cleanUp = createCleanUp(complain);
let interrupted = false;

onInterrupt(() => {
	interrupted = true;
	report('Interrupted: removing everything.');
	void cleanUp.run().finally(() => process.exit(130));
});

try {
	await measure(readOptions(process.argv.slice(2)));
} catch (error) {
	// What is interrupted fails in many ways, none of which is news.
	if (!interrupted) complain(error);
	process.exitCode = 1;
}
await cleanUp.run();

async function measure({json, rounds, stockTemporal, wants}: Options): Promise<void> {
	const world = await startWorld({runId: randomBytes(4).toString('hex'), stockTemporal}, report, cleanUp);
	const before = await describeMachine(world.docker);
	const rows: Row[] = [];
	if (wants('memory')) {
		report('Waiting for half a minute without work.');
		await pause(30_000);
		rows.push(...measureMemory(world, 'at rest'));
	}
	if (wants('create') || wants('burst')) {
		const makers = await prepareMakers(world);
		report('Everything is warm.');
		if (wants('create')) rows.push(...(await measureLifecycle(makers, rounds, report)));
		if (wants('burst')) rows.push(...(await measureBurst(world, makers, report)));
	}
	if (wants('runs')) rows.push(...(await measureRuns(world, rounds, report)));
	if (wants('list') || wants('read') || wants('sign-in') || wants('jobs')) {
		const ids = await seedWorkspaces(world.orm);
		report(`Put ${ids.length} workspaces into the database.`);
		if (wants('list')) rows.push(...(await measureList(world, report)));
		if (wants('read')) rows.push(...(await measureRead(world, ids, report)));
		if (wants('sign-in')) rows.push(...(await measureSignIn(world, report, cleanUp)));
		if (wants('jobs')) rows.push(...(await measureJobs(world, ids, report, cleanUp)));
	}
	if (wants('memory')) {
		await pause(30_000);
		rows.push(...measureMemory(world, 'after the load'));
	}
	const after = await describeMachine(world.docker);
	const temporal = stockTemporal ? 'stock' : 'tuned';
	console.log(
		json
			? JSON.stringify({machine: {before, after}, temporal, rows}, null, '\t')
			: `${formatMachine(before)}, Temporal ${temporal}\nafterwards: load average ${after.loadAverage.join(' ')}\n\n${formatTable(rows)}`,
	);
	for (const {name} of rows.filter(row => row.isPromise && !isWithinTarget(row))) {
		console.error(`\nA PROMISE IS BROKEN: ${name.trim()}`);
		process.exitCode = 1;
	}
}
