// Every step of every operation × everything that can go wrong at it. `npm run test:failures` runs all of it, `npm test` a fixed part.
import test from 'ava';
import {type GitServer, startGitServer} from '../helpers/git-server.ts';
import {isKill} from './faults/faults.ts';
import {type Case, type Lane, startLane, titleOf} from './faults/lane.ts';
import {everyCase} from './faults/scenarios.ts';

const isFull = process.env['FAILURES'] === 'full';
/** One of each kind of fault in each operation, and every step of a create killed. */
const inPart = ({scenario, step, fault}: Case): boolean => {
	if (scenario.name === 'create') return fault === 'killedAfter' || step === 'container';
	const last = scenario.steps.at(-1);
	return step === last && ['errorAfter', 'killedAfter', 'failsForGood'].includes(fault);
};
const cases = everyCase().filter(one => isFull || inPart(one));

let repository: GitServer;
let lane: Lane;
test.before(async () => {
	repository = await startGitServer();
	lane = await startLane();
});
test.after.always(async () => {
	await lane?.close();
	await repository?.close();
});

const inGroups = (all: Case[], size: number): Case[][] =>
	Array.from({length: Math.ceil(all.length / size)}, (_, index) => all.slice(index * size, (index + 1) * size));

// Those that kill the worker stay among themselves: each of their deaths is one for all of the group.
const groups = [
	...inGroups(
		cases.filter(({fault}) => !isKill(fault)),
		6,
	),
	...inGroups(
		cases.filter(({fault}) => isKill(fault)),
		6,
	),
];

for (const [index, group] of groups.entries()) {
	const first = titleOf(group[0]!);
	test.serial(
		`${group.length} faults are got over, from "${first}" on (group ${index + 1} of ${groups.length})`,
		async t => {
			t.timeout(300_000);
			const started = Date.now();
			const deaths = lane.worker.deaths;
			const problems = await lane.run(group, repository);
			t.log(
				`${group.length} cases, ${lane.worker.deaths - deaths} workers killed, ${((Date.now() - started) / 1000).toFixed(0)} s`,
			);
			t.deepEqual(problems, []);
		},
	);
}

test.serial('every case had its turn', t => {
	t.is(groups.flat().length, isFull ? everyCase().length : cases.length);
	t.log(`${groups.flat().length} of ${everyCase().length} cases, ${lane.worker.deaths} workers killed`);
});
